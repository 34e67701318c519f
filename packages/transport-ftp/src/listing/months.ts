const ENGLISH = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

// Languages that servers' systems are commonly set to. Their months come from Node's own data.
const LANGUAGES =
  "de fr es it pt nl pl cs sk sv da nb fi et lv lt hu ro bg ru uk be sr hr sl el tr ca gl eu is ga sq mk he ar fa hi th vi id ms ja ko zh kk ka hy az".split(
    " ",
  );

// What systems write and Node doesn't know of.
const MORE: readonly (readonly [string, number])[] = [
  ["mrz", 3],
  ["mae", 3],
  ["maer", 3],
];

/** 0: languages differ. */
let known: readonly ReadonlyMap<string, number>[] | undefined;

// Listings say the same few names again and again.
const MOST_REMEMBERED = 500;
const remembered = new Map<string, number | undefined>();

/** As `learnedMonth`. */
export function monthNumber(text: string): number | undefined {
  if (remembered.has(text)) return remembered.get(text);
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  const month = learnedMonth(text);
  remembered.set(text, month);
  return month;
}

/** The month that a name, in full or short, in any of many languages, or "4月", stands for, from 1. */
function learnedMonth(text: string): number | undefined {
  const name = plain(text);
  const english = ENGLISH.indexOf(name) + 1;
  if (english > 0) return english;
  // What follows the number is the word for month, in whatever encoding.
  const number = /^(\d{1,2})(?!\d)/.exec(name)?.[1];
  if (number !== undefined) return inYear(Number(number));
  known ??= learn();
  for (const names of known) {
    const month = names.get(name);
    if (month !== undefined) return month === 0 ? undefined : month;
  }
  return undefined;
}

/** Full and short names first; then their beginnings; then both without accents. */
function learn(): ReadonlyMap<string, number>[] {
  const [names, beginnings, bare] = [new Map(), new Map(), new Map()] as Map<string, number>[];
  for (const [name, month] of MORE) add(names!, name, month);
  for (let month = 1; month <= 12; month++) {
    for (const name of ["en", ...LANGUAGES].flatMap((language) => namesIn(language, month))) {
      add(names!, name, month);
      const letters = [...name];
      for (let end = 3; end < letters.length; end++) add(beginnings!, letters.slice(0, end).join(""), month);
      for (let end = 3; end <= letters.length; end++) {
        add(bare!, withoutAccents(letters.slice(0, end).join("")), month);
      }
    }
  }
  return [names!, beginnings!, bare!];
}

function add(names: Map<string, number>, name: string, month: number): void {
  names.set(name, names.has(name) && names.get(name) !== month ? 0 : month);
}

function namesIn(language: string, month: number): string[] {
  const date = Date.UTC(2025, month - 1, 15);
  const options: Intl.DateTimeFormatOptions = { timeZone: "UTC", calendar: "gregory" };
  const alone = (["short", "long"] as const).map((form) =>
    new Intl.DateTimeFormat(language, { ...options, month: form }).format(date),
  );
  // Some languages bend the name where a day stands beside it.
  const beside = (["short", "long"] as const).map(
    (form) =>
      new Intl.DateTimeFormat(language, { ...options, month: form, day: "numeric" })
        .formatToParts(date)
        .find(({ type }) => type === "month")?.value ?? "",
  );
  return [...alone, ...beside].map(plain).filter((name) => name !== "" && !/\d/.test(name));
}

function plain(name: string): string {
  return name.normalize("NFC").toLowerCase().replaceAll(/[.,]/g, "");
}

function withoutAccents(name: string): string {
  return name.normalize("NFD").replaceAll(/\p{M}/gu, "");
}

function inYear(month: number): number | undefined {
  return month >= 1 && month <= 12 ? month : undefined;
}
