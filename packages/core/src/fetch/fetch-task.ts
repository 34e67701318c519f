import type { Observation } from "../layout/path-layout.js";
import type { FileRecord } from "../store/state-store.js";
import type { Lane, RemoteEntry } from "../transport/transport.js";

/** One file to bring home. */
export interface FetchTask {
  readonly entry: RemoteEntry;
  readonly observation: Observation;
  readonly lane: Lane;
  /** As the visit recorded it: pending, with this version's size and mtime and its place on disk. */
  readonly record: FileRecord;
  /** Whether the file may be at its final name already: worth a look before it is fetched. */
  readonly mayBeThere: boolean;
  /** Until when it may be written again under the time it is listed with, where the server's times are coarse. */
  readonly settles?: Date;
  /** It is at home, and may have been written again since without looking so: what is there is to be proven. */
  readonly unproven?: boolean;
}
