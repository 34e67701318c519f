const HOSTILE_NAMES = [
  "",
  ".",
  "..",
  "\0",
  "\n",
  "\r\nDELE x",
  "a\\b",
  "C:\\x",
  "-rf",
  "%",
  "%00",
  "%2e%2e",
  "{yyyy}",
  "*",
  "(((",
  "\u202etxt.exe",
  "\ud800",
  "__proto__",
  "constructor",
  "x".repeat(100_000),
  "_".repeat(100_000),
  "9".repeat(100_000),
];

/** What a server might send in the place of a path: each name of it spoilt in turn, and more. */
export function hostilePaths(path: string): string[] {
  const names = path.split("/");
  const spoilt = names.flatMap((name, i) =>
    HOSTILE_NAMES.flatMap((hostile) => [
      names.with(i, hostile).join("/"),
      names.with(i, name + hostile).join("/"),
      names.with(i, hostile + name).join("/"),
    ]),
  );
  return [
    ...spoilt,
    "",
    "/",
    "//",
    "..",
    path.slice(1),
    `${path}/`,
    `${path}\n`,
    path.repeat(1000),
    "/x".repeat(50_000),
  ];
}
