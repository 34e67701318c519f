// C0 and C1 controls, DEL, line and paragraph separators, lone surrogates.
const BROKEN =
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

// What Windows can't hold, or takes for a device.
const WINDOWS = /[<>:"|?*]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * Why a name that a server sent can't be one segment of a path, in words; undefined if it can. Names that could climb
 * out of a directory, break a log line or fail on the local disk are left where they are, and counted.
 */
export function unsafeName(name: string, platform: NodeJS.Platform = process.platform): string | undefined {
  if (name === "") return "an empty name";
  if (name === "." || name === "..") return "a name that stands for another directory";
  if (/[/\\]/.test(name)) return "a name with a separator";
  if (BROKEN.test(name)) return "a name with control characters";
  if (/^[A-Za-z]:/.test(name)) return "a name with a drive letter";
  if (Buffer.byteLength(name) > 255) return "a name longer than 255 bytes";
  if (platform === "win32" && WINDOWS.test(name)) return "a name that Windows can't hold";
  return undefined;
}
