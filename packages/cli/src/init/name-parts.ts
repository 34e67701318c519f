/** A file's name with its dates as placeholders, in pieces between "_"; what follows the first "." is of the last. */
export function piecesOf(name: string): string[] {
  const dot = name.indexOf(".");
  const stem = dot < 0 ? name : name.slice(0, dot);
  const pieces = stem.split("_");
  return dot < 0 ? pieces : [...pieces.slice(0, -1), pieces.at(-1)! + name.slice(dot)];
}

/** Stations of RINEX 3, such as ABMF00GLP. */
const STATION = /^[A-Z0-9]{4}\d\d[A-Z]{3}$/;

/** The name again, with attributes: a radar's by their places, others by what they look like. */
export function withAttributes(
  pieces: readonly string[],
  constants: Readonly<Record<string, string>>,
): string {
  const [first, strategy = "", volume = "", field = ""] = pieces;
  const isRadar =
    first === constants["radar"] &&
    /^\d{3,4}$/.test(strategy) &&
    /^\d{1,2}$/.test(volume) &&
    /^[A-Za-z]\w*$/.test(field);
  const used = new Map<string, number>();
  const named = (key: string): string => {
    const n = (used.get(key) ?? 0) + 1;
    used.set(key, n);
    return `{${key}${n > 1 ? n : ""}}`;
  };
  return pieces
    .map((piece, i) => {
      const constant = Object.keys(constants).find((key) => constants[key] === piece);
      if (constant !== undefined) return `{${constant}}`;
      if (isRadar && i >= 1 && i <= 3) return `{${["strategy", "volume", "field"][i - 1]}}`;
      const [, word, extension = ""] = /^(\w+)(\.[\w.]+)?$/.exec(piece) ?? [];
      if (word === undefined) return piece;
      if (i === 0) return STATION.test(piece) ? "{station}" : piece;
      return named(/^\d+$/.test(word) ? "number" : "product") + extension;
    })
    .join("_");
}

/** What stands behind a name's dates and varies, such as an end time or marks in brackets, as one attribute. */
export function varyingEnd(name: string): string {
  const pieces = piecesOf(name);
  const last = pieces.pop()!;
  const end = last.lastIndexOf("}") + 1;
  const behind = last.slice(end);
  if (/^(?:\.[A-Za-z]\w*)+$/.test(behind)) return name;
  const [sign = ""] = /^[-+.~@ ]*/.exec(behind) ?? [];
  const extension = behind.slice(behind.lastIndexOf("."));
  const varying = behind.slice(sign.length, -extension.length);
  if (end === 0 || sign === "" || !/[\d\])]/.test(varying) || !/^\.[A-Za-z]\w*$/.test(extension)) return name;
  return [...pieces, `${last.slice(0, end)}${sign}{rest:.+}${extension}`].join("_");
}
