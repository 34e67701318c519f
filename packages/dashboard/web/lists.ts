import { h } from "./dom.js";
import type { Place } from "./place.js";
import { stateNamed } from "../src/words/states.js";
import type { GapRun, GivenUp, Overview, Transfer } from "./types.js";
import { baseName, bytes, minute, number, count, printable } from "./words.js";

type Open = (place: Place) => void;

const quiet = (text: string) => h("p", { class: "quiet" }, text);

/** The newest gaps; each opens its day. */
export function gapList(gaps: readonly GapRun[], total: number, open: Open): HTMLElement[] {
  if (gaps.length === 0) return [quiet("None: every hour that is over is complete.")];
  const rows = gaps.slice(0, 100).map((gap) => {
    const { source, state, start, hours } = gap;
    const { glyph, label } = stateNamed(state);
    const short = label.replace(" at the source", "");
    return opener(`${source} ${start}`, "gap", () => open({ source, date: start.slice(0, 10) }), [
      h("span", { class: `chip ${state}`, "aria-hidden": "true" }, glyph),
      h("span", { class: "name" }, source),
      h("span", { class: "when" }, stretch(gap)),
      h("span", { class: "what", title: label }, hours === 1 ? short : `${count(hours, "hour")} ${short}`),
    ]);
  });
  return listed(rows, total, "older ones");
}

function stretch({ start, end, hours }: GapRun): string {
  const to = end.slice(11, 16).replace("00:00", "24:00");
  const sameDay = start.slice(0, 10) === end.slice(0, 10) || (to === "24:00" && hours <= 24);
  return sameDay ? `${minute(start)}–${to}` : `${minute(start)} to ${minute(end)}`;
}

/** Files that were given up, with the reason; each opens its story. */
export function givenUpList(files: readonly GivenUp[], open: Open): HTMLElement[] {
  if (files.length === 0) return [quiet("None.")];
  const rows = files.slice(0, 100).map(({ source, path, slot, observedAt, reason, attempts }) => {
    const date = (observedAt ?? new Date().toISOString()).slice(0, 10);
    return opener(path, "given-up", () => open({ source, date, slot, path }), [
      h("span", { class: "chip failed", "aria-hidden": "true" }, "✕"),
      h("span", { class: "name" }, source),
      h("span", { class: "when" }, printable(baseName(path))),
      h(
        "span",
        { class: "what" },
        `${printable(reason ?? "no reason was noted")} (${count(attempts, "attempt")})`,
      ),
    ]);
  });
  return listed(rows, files.length, "more");
}

/** Files on their way. */
export function transferList(transfers: readonly Transfer[]): HTMLElement[] {
  if (transfers.length === 0) return [quiet("No file is on its way.")];
  const rows = transfers.slice(0, 20).map(({ source, path, size, bytes: got, rate, lane }) => {
    const bar = h("progress", { max: 1, "aria-label": `${source} ${baseName(path)}` });
    if (size) bar.value = Math.min(1, got / size);
    const amount = size ? `${bytes(got)} of ${bytes(size)}` : bytes(got);
    return h(
      "li",
      {},
      h("span", { class: "name" }, source),
      h("span", { class: "when" }, printable(baseName(path))),
      bar,
      h("span", { class: "what" }, `${amount}, ${bytes(rate)}/s${lane === "backfill" ? ", history" : ""}`),
    );
  });
  return listed(rows, transfers.length, "more");
}

/** Connections in use, host by host. */
export function hostList({ hosts, hostFacts, crawls }: Overview): HTMLElement[] {
  const needs = hostFacts.map(({ endpoint, value, at }) =>
    quiet(`${endpoint}: ${printable(value)} (learnt ${minute(at)})`),
  );
  if (hosts.length === 0)
    return [
      quiet(crawls ? "None yet." : "This process only looks: another one talks to the servers."),
      ...needs,
    ];
  const rows = hosts.map(({ endpoint, open, limit, waiting, down }) => {
    const inLine = waiting.live + waiting.backfill;
    const bar = h("progress", { max: limit, value: open, "aria-label": `connections to ${endpoint}` });
    return h(
      "li",
      {},
      h("span", { class: "name" }, endpoint),
      h("span", { class: "what" }, `${open} of ${limit} open${inLine > 0 ? `, ${inLine} in line` : ""}`),
      bar,
      down &&
        h(
          "span",
          { class: "reason" },
          `down since ${minute(down.since)}: ${printable(down.detail)}; tried again at ${down.nextTryAt.slice(11, 19)}`,
        ),
    );
  });
  return [...listed(rows, hosts.length, "more"), ...needs];
}

function opener(key: string, kind: string, onclick: () => void, children: HTMLElement[]): HTMLElement {
  return h("li", {}, h("button", { type: "button", class: kind, "data-key": key, onclick }, ...children));
}

function listed(rows: HTMLElement[], total: number, what: string): HTMLElement[] {
  const more = total - rows.length;
  return [h("ul", {}, ...rows), ...(more > 0 ? [quiet(`and ${number(more)} ${what}`)] : [])];
}
