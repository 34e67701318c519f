import { AfterFrame } from "./after-frame.js";
import { Carpet, type Period } from "./carpet.js";
import { h, refill } from "./dom.js";
import type { Palette } from "./paint.js";
import type { Days, Source } from "./types.js";
import { bytes, dayText, duration, minute, monthName, number, percent, count, printable } from "./words.js";

/** All sources' rows, kept from one look to the next, so that focus and place stay. */
export class SourceRows {
  readonly element = h("div", { class: "sources" });
  readonly #rows = new Map<string, Row>();
  readonly #open: (source: string, day: number) => void;
  /** The pictures that aren't in view: whoever scrolls, prints or searches finds them drawn. */
  readonly #rest = new AfterFrame(() => this.#draw());
  #draw = () => {};
  #frame: Frame = { period: { first: 0, last: -1 }, ticks: [], height: 0 };

  constructor(open: (source: string, day: number) => void) {
    this.#open = open;
  }

  /** All that changes the layout comes first, then one look at it, then the pictures in view. */
  show(sources: readonly Source[], days: ReadonlyMap<string, Days>, period: Period, palette: Palette): void {
    const { first, last } = this.#frame.period;
    const ticks = period.first === first && period.last === last ? this.#frame.ticks : ticksOf(period);
    this.#frame = { period, ticks, height: sources.length <= 4 ? 120 : 72 };
    const carpets = sources.flatMap((source) => {
      const row = this.#row(source.name);
      row.show(source, days.get(source.name), this.#frame);
      return source.timeless ? [] : [row.carpet];
    });
    const width = carpets[0]?.element.clientWidth ?? 0;
    const inView = carpets.filter(({ element }) => isInView(element));
    this.#draw = () => carpets.forEach((carpet) => carpet.draw(width, palette));
    for (const carpet of inView) carpet.draw(width, palette);
    this.#rest.ask();
  }

  #row(name: string): Row {
    const known = this.#rows.get(name);
    if (known !== undefined) return known;
    const row = new Row(name, (day) => this.#open(name, day));
    this.#rows.set(name, row);
    this.element.append(row.element);
    return row;
  }

  /** Back to where a day was opened from. */
  focus(source: string): void {
    this.#rows.get(source)?.carpet.element.focus();
  }
}

function isInView(element: HTMLElement): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < window.innerHeight;
}

/** What all rows share. */
interface Frame {
  readonly period: Period;
  readonly ticks: readonly Tick[];
  /** In CSS pixels. */
  readonly height: number;
}

class Row {
  readonly element: HTMLElement;
  readonly carpet: Carpet;
  readonly #head = h("div", { class: "facts" });
  readonly #axis = h("div", { class: "axis", "aria-hidden": "true" });
  readonly #note = h("p", { class: "quiet" });
  #ticks: readonly Tick[] = [];

  constructor(name: string, open: (day: number) => void) {
    const readout = h("span", { class: "readout", "aria-hidden": "true" });
    this.carpet = new Carpet({ name, readout, open });
    const hours = ["00", "12", "24"].map((text) => h("span", {}, text));
    this.element = h(
      "section",
      { class: "source", "aria-label": name },
      h("header", {}, h("h3", {}, name), this.#head, readout),
      h(
        "div",
        { class: "plot" },
        h("div", { class: "hours", "aria-hidden": "true" }, ...hours),
        this.carpet.element,
        this.#axis,
      ),
      this.#note,
    );
  }

  show(source: Source, days: Days | undefined, { period, ticks, height }: Frame): void {
    refill(this.#head, ...facts(source));
    this.element.classList.toggle("timeless", source.timeless);
    this.#note.textContent = source.timeless ? "One folder without dates: there are no hours to show." : "";
    if (source.timeless) return;
    this.carpet.show(days, period, height);
    if (ticks === this.#ticks) return;
    this.#ticks = ticks;
    refill(this.#axis, ...ticks.map(tickMark));
  }
}

const FLOWS: Readonly<Record<Source["flow"], string>> = {
  ok: "up to date",
  late: "nothing new",
  none: "nothing yet",
  over: "range is over",
  down: "server down",
  paused: "waits",
  failed: "stopped",
};

const WAITS_FOR = {
  login: "waits: log-in refused",
  destination: "waits: can't keep files",
  ledger: "waits: no ledger",
} as const;

function facts({
  flow,
  because,
  since,
  lagMs,
  pastHours,
  gapHours,
  files,
  detail,
  hosts = [],
  silentSince,
}: Source): (HTMLElement | false)[] {
  const lag = lagMs === undefined ? "" : `, ${duration(lagMs)} behind`;
  return [
    h(
      "span",
      { class: `badge ${flow}`, title: detail === undefined ? undefined : printable(detail) },
      `${because ? WAITS_FOR[because] : FLOWS[flow]}${lag}`,
    ),
    because !== undefined && since !== undefined && h("span", { class: "lacks" }, `since ${minute(since)}`),
    silentSince !== undefined &&
      h("span", { class: "lacks" }, `stale: nothing new has come since ${minute(silentSince)}`),
    pastHours > 0 && h("span", {}, h("b", {}, percent(pastHours - gapHours, pastHours)), " complete"),
    gapHours > 0 && h("span", { class: "lacks" }, `${count(gapHours, "hour")} lacking`),
    files.quarantined > 0 && h("span", { class: "lacks" }, `${number(files.quarantined)} given up`),
    files.pending > 0 && h("span", {}, `${number(files.pending)} to fetch`),
    h("span", { class: "quiet" }, `${count(files.stored, "file")}, ${bytes(files.bytes)}`),
    ...hosts.map(hostFact),
  ];
}

/** One of a source's several hosts: told where it is asked, or down. */
function hostFact({ endpoint, used, down }: NonNullable<Source["hosts"]>[number]): HTMLElement | false {
  if (down)
    return h(
      "span",
      { class: "lacks", title: printable(down.detail) },
      `${endpoint} down since ${minute(down.since)}`,
    );
  return used && h("span", { class: "quiet" }, `from ${endpoint}`);
}

interface Tick {
  readonly text: string;
  /** From the left, in per cent. */
  readonly at: number;
}

/** Months where there are many days, else single days; each where it begins. */
function ticksOf({ first, last }: Period): Tick[] {
  const length = last - first + 1;
  const begins = (date: string, i: number) => {
    if (length > 100) return date.endsWith("-01");
    if (length > 35) return date.endsWith("-01") || date.endsWith("-15");
    return length <= 10 || (last - first - i) % 5 === 0;
  };
  return Array.from({ length }, (_, i) => dayText(first + i)).flatMap((date, i) =>
    begins(date, i) ? [{ text: label(date, length > 100), at: (100 * i) / length }] : [],
  );
}

function tickMark({ text, at }: Tick): HTMLElement {
  const mark = h("span", {}, text);
  mark.style.left = `${at}%`;
  return mark;
}

function label(date: string, monthly: boolean): string {
  const [year, month, day] = date.split("-") as [string, string, string];
  const name = monthName(date);
  if (!monthly) return `${Number(day)}\u00a0${name}`;
  return month === "01" ? year : name;
}
