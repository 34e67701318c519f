import type { RemoteEntry } from "@daybook/core";
import type { ListedTime } from "./listed-time.js";

/** An entry as a listing shows it. A symbolic link is of type "link", named without what it leads to. */
export interface ListedEntry extends RemoteEntry {
  /** Where the listing shows the server's own clock: to be made UTC, which gives `modifiedAt`. */
  readonly listed?: ListedTime;
}
