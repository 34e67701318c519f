import { varyingEnd } from "./name-parts.js";
import { cut, monthNamed, readAs, WIDTHS, written, type Field, type Known } from "./date-fields.js";

/** A path's segments with placeholders for its dates. */
export interface Dated {
  readonly segments: string[];
  readonly known: Known;
  /** What might be meant otherwise. */
  readonly doubts: string[];
}

/** A date and perhaps a time in one name, the most telling first. */
const STAMPS: readonly (readonly Field[])[] = [
  ["yyyy", "MM", "dd", "HH", "mm", "ss"],
  ["yyyy", "DDD", "HH", "mm", "ss"],
  ["yyyy", "MM", "dd", "HH", "mm"],
  ["yyyy", "DDD", "HH", "mm"],
  ["yyyy", "MM", "dd", "HH"],
  ["yyyy", "MM", "dd"],
  ["dd", "MM", "yyyy"],
  ["yyyy", "DDD"],
  ["yyyy", "MM"],
];

const SHORT_STAMPS: readonly (readonly Field[])[] = [
  ["yy", "MM", "dd", "HH", "mm", "ss"],
  ["yy", "MM", "dd", "HH", "mm"],
  ["yy", "MM", "dd"],
];

/** What may follow what is known by then, in directories of their own. The finest that fits counts. */
const TIMES: readonly (readonly Field[])[] = [["HH", "mm", "ss"], ["HH", "mm"], ["HH"]];
const NEXT: Readonly<Record<Field, readonly (readonly Field[])[]>> = {
  yyyy: [["MM", "dd"], ["MM"], ["DDD"]],
  yy: [["MM", "dd"], ["MM"], ["DDD"]],
  MM: [["dd"]],
  dd: TIMES,
  DDD: TIMES,
  HH: [["mm", "ss"], ["mm"]],
  mm: [["ss"]],
  ss: [],
};

/** Finds what of a path is a date. The last segment is the file's name. */
export function findDates(path: readonly string[]): Dated {
  const reader = new Reader(path);
  reader.stationDay();
  reader.gpsWeek();
  reader.namedMonths();
  reader.stamps(STAMPS);
  reader.folders();
  if (reader.known.yyyy === undefined) reader.epoch();
  if (reader.known.yyyy === undefined && !reader.hasEpoch) reader.stamps(SHORT_STAMPS, true);
  reader.folders();
  reader.isoWeek();
  reader.timeInName();
  reader.repeated();
  reader.varyingEnd();
  return reader;
}

/** The text of a segment that isn't a placeholder yet, changed. */
function inLiterals(segment: string, change: (text: string) => string): string {
  return segment.replace(
    /(\{(?:[^{}]|\{[^{}]*\})*\})|([^{}]+)/g,
    (_all, placeholder: string | undefined, text: string) =>
      placeholder === undefined ? change(text) : placeholder,
  );
}

class Reader implements Dated {
  readonly segments: string[];
  known: Known = {};
  readonly doubts: string[] = [];
  hasEpoch = false;

  constructor(path: readonly string[]) {
    this.segments = [...path];
  }

  /** Names of RINEX 2: station, day of the year, session, year and kind, such as abmf0150.25d.Z. */
  stationDay(): void {
    this.#last((text) => {
      const found = /^[A-Za-z0-9]{4}(\d{3})([0-9a-x])\.(\d\d)([a-zA-Z](?:\.\w+)*)$/.exec(text);
      if (found === null || !this.#take(["yy", "DDD"], [found[3]!, found[1]!])) return text;
      return `{station:[A-Za-z0-9]{4}}{DDD}{session:[0-9a-x]}.{yy}${found[4]}`;
    });
  }

  /** Dates that begin with a year. Digits behind a whole time are fractions of its second. */
  stamps(all: readonly (readonly Field[])[], isDoubtful = false): void {
    for (const fields of all) {
      const run = fields.map((field) => `(\\d{${WIDTHS[field]}})`).join("([-_.:T ]?)");
      const fraction = fields.at(-1) === "ss" ? "(\\d{0,6})" : "()";
      const pattern = new RegExp(`(?<!\\d)${run}${fraction}(?![\\dA-Ya-y])`, "g");
      this.#each((text) =>
        text.replace(pattern, (all: string, ...found: string[]) => {
          const digits = fields.map((_, i) => found[2 * i]!);
          const separators = fields.slice(1).map((_, i) => found[2 * i + 1]!);
          if (!this.#take(fields, digits)) return all;
          if (isDoubtful)
            this.doubts.push(`${all} is read as ${fields.slice(0, 3).join("")}: year, month, day`);
          const rest = found[2 * fields.length - 1]!;
          return written(fields, separators) + fractionOf(rest);
        }),
      );
    }
  }

  /** Folders of digits: each continues where the one before it ended. */
  folders(): void {
    let last: Field | undefined;
    for (const [i, name] of this.segments.entries()) {
      const placed = FINEST.find((field) => name.includes(`{${field}}`));
      if (placed !== undefined) {
        last = placed;
        continue;
      }
      if (this.#inWordsOrUnpadded(i, last)) {
        last = last === "MM" ? "dd" : last === "dd" ? "HH" : "MM";
        continue;
      }
      // A name such as 18.log goes on where the folders end; any other is looked at by itself.
      const [, digits, separated, extension = ""] =
        (i === this.segments.length - 1
          ? /^(?:(\d+)|(\d\d(?:[-_]\d\d)+))((?:\.[A-Za-z]\w*)+)$/.exec(name)
          : /^(?:(\d+)|(\d\d(?:[-_.]\d\d)+))$/.exec(name)) ?? [];
      const runs = digits === undefined ? separated?.split(/[-_.]/) : undefined;
      const separators = separated?.match(/[-_.]/g) ?? [];
      const first = this.known.yyyy === undefined ? FIRST.slice(0, 1) : FIRST;
      const choices = last === undefined ? first : NEXT[last];
      const fitting = choices.flatMap((fields) => {
        const pieces = runs ?? cut(digits ?? "", fields);
        return pieces?.length === fields.length ? [{ fields, pieces }] : [];
      });
      // A folder of another day than the name's is no constant: what is written then doesn't read the path back.
      const chosen =
        fitting.find(({ fields, pieces }) => this.#take(fields, pieces)) ??
        fitting.find(
          ({ fields, pieces }) => DAYS.has(fields[0]!) && readAs(fields, pieces, {}) !== undefined,
        );
      if (chosen === undefined) continue;
      this.segments[i] = written(chosen.fields, separators) + extension;
      last = chosen.fields.at(-1);
    }
    // Where one folder has no zero in front, none has.
    if (this.segments.some((segment) => /^\{[MdH]\}$/.test(segment)))
      for (const [i, segment] of this.segments.slice(0, -1).entries())
        this.segments[i] = segment.replace(/^\{(MM|dd|HH)\}$/, (_all, field: string) => `{${field[0]!}}`);
  }

  /** A month by its name, or a part of a date in one digit, that follows what is known by then. */
  #inWordsOrUnpadded(i: number, last: Field | undefined): boolean {
    const next =
      last === "yyyy" || last === "yy" ? "MM" : last === "MM" ? "dd" : last === "dd" ? "HH" : undefined;
    if (next === undefined || i === this.segments.length - 1) return false;
    const folder = this.segments[i]!;
    const named = next === "MM" ? monthNamed(folder) : undefined;
    if (named === undefined && !/^\d$/.test(folder)) return false;
    if (!this.#take([next], [String(named?.month ?? folder)])) return false;
    this.segments[i] = named?.placeholder ?? `{${next[0]!}}`;
    return true;
  }

  /** 15-Jan-2025 and 2025Jan15. */
  namedMonths(): void {
    const take = (year: string, month: string, day: string) => {
      const named = monthNamed(month);
      return named !== undefined && this.#take(["yyyy", "MM", "dd"], [year, String(named.month), day])
        ? named.placeholder
        : undefined;
    };
    this.#each((text) =>
      text
        .replace(
          /(?<!\d)(\d\d)([-_. ]?)([A-Za-z]{3,9})\2(\d{4})(?!\d)/g,
          (all, day: string, sign: string, month: string, year: string) => {
            const placeholder = take(year, month, day);
            return placeholder === undefined ? all : `{dd}${sign}${placeholder}${sign}{yyyy}`;
          },
        )
        .replace(
          /(?<!\d)(\d{4})([-_. ]?)([A-Za-z]{3,9})\2(\d\d)(?!\d)/g,
          (all, year: string, sign: string, month: string, day: string) => {
            const placeholder = take(year, month, day);
            return placeholder === undefined ? all : `{yyyy}${sign}${placeholder}${sign}{dd}`;
          },
        ),
    );
  }

  /** GPS weeks: a folder of four digits that the name repeats with a day from 0 to 6 behind it. */
  gpsWeek(): void {
    const name = this.segments.at(-1)!;
    const [, week, day] = /(?<!\d)(\d{4})([0-6])(?!\d)/.exec(name) ?? [];
    if (week === undefined) return;
    const folder = this.segments.slice(0, -1).indexOf(week);
    const time = new Date(GPS_EPOCH + (Number(week) * 7 + Number(day)) * DAY);
    if (folder < 0 || time.getTime() > Date.now() + 366 * DAY) return;
    this.doubts.push(
      `${week}${day} is read as day ${day} of GPS week ${week}, ${time.toISOString().slice(0, 10)}`,
    );
    this.segments[folder] = "{gpsweek}";
    this.segments[this.segments.length - 1] = name.replace(`${week}${day}`, "{gpsweek}{gpsday}");
    const parts = [time.getUTCFullYear(), time.getUTCMonth() + 1, time.getUTCDate()].map(String);
    this.#take(["yyyy", "MM", "dd"], parts);
  }

  /** 2025-W03, also in two folders, where nothing else tells the day. */
  isoWeek(): void {
    if (this.known.dd !== undefined) return;
    const path = this.segments.join("/");
    const found = /\{yyyy\}([-_/]?)W\d\d(?!\d)/.exec(path) ?? /(?<!\d)\d{4}([-_/]?)W\d\d(?!\d)/.exec(path);
    if (found === null) return;
    const written = path.replace(found[0], `{YYYY}${found[1]}W{ww}`);
    this.segments.splice(0, this.segments.length, ...written.split("/"));
  }

  /** Seconds since 1970, and behind them perhaps thousandths. */
  epoch(): void {
    this.#each((text) =>
      text.replace(/(?<!\d)(1\d{9}|20[0-4]\d{7})(\d{3})?(?!\d)/g, (all, seconds: string, ms?: string) => {
        const time = new Date(Number(seconds) * 1000);
        if (this.hasEpoch || time.getTime() > Date.now() + 366 * 86_400_000) return all;
        this.hasEpoch = true;
        this.doubts.push(`${all} is read as the time ${time.toISOString()}, counted from 1970`);
        return ms === undefined ? "{epoch}" : "{epochms}";
      }),
    );
  }

  /** A time by itself in the file's name: its hour is the folder's, or the day is known and the hour isn't. */
  timeInName(): void {
    const { known } = this;
    if (known.DDD === undefined) return;
    const patterns = [
      [/(?<!\d)(\d\d)([-.:_]?)(\d\d)\2(\d\d)(?!\d)/g, ["HH", "mm", "ss"]],
      [/(?<![\d.:])(\d\d)([-.:_]?)(\d\d)(?![\d:]|\.\d)/g, ["HH", "mm"]],
    ] as const;
    for (const [pattern, fields] of patterns) {
      this.#last((text) =>
        text.replace(pattern, (all: string, hour: string, sign: string, minute: string, second: string) => {
          const digits = fields.length === 3 ? [hour, minute, second] : [hour, minute];
          const isRepeated = known.HH === Number(hour) && (known.mm ?? Number(minute)) === Number(minute);
          const isFirst = this.known.HH === undefined && fields.length === 3;
          if (!(isRepeated || isFirst) || !this.#take(fields, digits)) return all;
          if (isFirst) this.doubts.push(`${all} is read as a time`);
          return written(fields, [sign, sign]);
        }),
      );
    }
  }

  /** Digits that say again what is known: a date is no constant. */
  repeated(): void {
    const { yyyy, yy, MM, dd, DDD } = this.known;
    if (yyyy === undefined || yy === undefined) return;
    const two = (n: number) => String(n).padStart(2, "0");
    const says: [string, string, string][] = [[two(yy), "(?=[a-z](?![a-z]))", "{yy}"]];
    if (DDD !== undefined) {
      const day = String(DDD).padStart(3, "0");
      says.unshift([two(yy) + day, "(?!\\d)", "{yy}{DDD}"], [day, "(?!\\d)", "{DDD}"]);
    }
    if (MM !== undefined && dd !== undefined)
      says.unshift([two(yy) + two(MM) + two(dd), "(?!\\d)", "{yy}{MM}{dd}"]);
    says.unshift([String(yyyy), "(?!\\d)", "{yyyy}"]);
    for (const [digits, behind, placeholders] of says) {
      const pattern = new RegExp(`(?<!\\d)${digits}${behind}`, "g");
      this.#each((text) =>
        text.replace(pattern, () => {
          this.doubts.push(`${digits} is read as ${placeholders}`);
          return placeholders;
        }),
      );
    }
  }

  varyingEnd(): void {
    const name = this.segments.at(-1)!;
    const varying = varyingEnd(name);
    if (varying === name) return;
    this.doubts.push("what stands behind the dates in the name is read as {rest}, which may be anything");
    this.segments[this.segments.length - 1] = varying;
  }

  #take(fields: readonly Field[], digits: readonly string[]): boolean {
    const found = readAs(fields, digits, this.known);
    if (found !== undefined) this.known = found;
    return found !== undefined;
  }

  #each(change: (text: string) => string): void {
    for (const [i, segment] of this.segments.entries()) this.segments[i] = inLiterals(segment, change);
  }

  #last(change: (text: string) => string): void {
    const i = this.segments.length - 1;
    this.segments[i] = inLiterals(this.segments[i]!, change);
  }
}

const DAY = 86_400_000;
const GPS_EPOCH = Date.UTC(1980, 0, 6);

/** Digits behind the second. */
function fractionOf(digits: string): string {
  if (digits === "") return "";
  const more = digits.length > 3 ? `{fraction:\\d{${digits.length - 3}}}` : "";
  return `{${"S".repeat(Math.min(3, digits.length))}}${more}`;
}

const FINEST: readonly Field[] = ["ss", "mm", "HH", "DDD", "dd", "MM", "yy", "yyyy"];
const FIRST: readonly (readonly Field[])[] = [["yyyy"], ["yy"]];
const DAYS: ReadonlySet<Field> = new Set(["MM", "dd", "DDD"]);
