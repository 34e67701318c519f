import { DaybookError } from "../errors/daybook-error.js";
import { unsafeName } from "../transport/safe-name.js";
import type { Delivery } from "./destination.js";
import type { PlaceTemplate } from "./place-template.js";

/** Daybook's own folder below a destination; hidden, and never the place of data. */
export const OWN_FOLDER = ".daybook";

// Linux allows 4,096 bytes for a whole path; this leaves room for the destination's own.
const LONGEST_LOCATION = 3000;

/** `<source>/<remote path below the layout's root>`, or what the destination's own layout says. */
export function locate(delivery: Delivery, layout?: PlaceTemplate): string {
  const path = shown(layout ? byLayout(delivery, layout) : byPath(delivery));
  return checkLocation(delivery.keepAs === undefined ? path : `${path}.v${delivery.keepAs}`, delivery);
}

/** The location, if a file can be kept there safely; throws kind "config" otherwise. */
export function checkLocation(location: string, delivery: Delivery): string {
  const segments = location.split("/");
  for (const segment of segments) {
    const reason = unsafeName(segment);
    if (reason) throw refuse(delivery, `its local path has ${reason}`);
  }
  if (isOwnFolder(segments[0]!)) throw refuse(delivery, `${OWN_FOLDER} is Daybook's own folder`);
  if (Buffer.byteLength(location) > LONGEST_LOCATION) throw refuse(delivery, "its local path is too long");
  return location;
}

/** Whether a file system might take it for Daybook's own folder: some fold case, some overlook what can't be seen. */
export function isOwnFolder(segment: string): boolean {
  return (
    segment.replace(/\p{Default_Ignorable_Code_Point}|(?<![. ])[. ]+$/gu, "").toLowerCase() === OWN_FOLDER
  );
}

/** What can't be seen in a name, or turns it round: two names that look alike are not what anybody wants on a disk. */
const UNSEEN = /[\p{Cf}\p{Zl}\p{Zp}\u034f\u115f\u1160\u3164\uffa0]/gu;

/** As in a URL: U+202E becomes %E2%80%AE. */
const shown = (path: string): string => path.replace(UNSEEN, encodeURIComponent);

function asSent(path: string): string {
  return path.replace(/(?:%[0-9A-F]{2})+/g, (escaped) => {
    try {
      const text = decodeURIComponent(escaped);
      return shown(text) === escaped ? text : escaped;
    } catch {
      return escaped;
    }
  });
}

/** The remote path that `locate` puts at a location without a layout; later versions count as their file. */
export function originOf(location: string, source: string, root: string): string | undefined {
  if (!location.startsWith(`${source}/`)) return undefined;
  const rest = asSent(location.slice(source.length + 1)).replace(/\.v\d+$/, "");
  return `${root.replace(/\/$/, "")}/${rest}`;
}

function byPath({ source, path, root }: Delivery): string {
  const prefix = root.endsWith("/") ? root : `${root}/`;
  const rest = path.startsWith(prefix) ? path.slice(prefix.length) : path.replace(/^\/+/, "");
  return `${source}/${rest}`;
}

function byLayout(delivery: Delivery, layout: PlaceTemplate): string {
  const { source, path, observation } = delivery;
  const name = path.slice(path.lastIndexOf("/") + 1);
  const attributes = { ...observation.attributes, source, name };
  return layout.place({ ...observation, attributes });
}

function refuse(delivery: Delivery, why: string): DaybookError {
  return new DaybookError("config", `${why}, so it stays where it is`, {
    operation: "locate",
    source: delivery.source,
    path: delivery.path,
  });
}
