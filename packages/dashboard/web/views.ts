import { api } from "./api.js";
import { h } from "./dom.js";
import type { Panel } from "./panel.js";
import type { Place } from "./place.js";
import { stateNamed } from "../src/words/states.js";
import type { DaySlot, Files, Story } from "./types.js";
import { baseName, bytes, dayNumber, duration, longDay, minute, count, printable, second } from "./words.js";

/** What stands in the panel. */
export interface View {
  readonly title: string;
  readonly subtitle?: string;
  readonly body: readonly HTMLElement[];
}

/** A day's hours, each with its state and its files. */
export async function dayView({ source, date }: Place, panel: Panel): Promise<View> {
  const slots = await api.day(source, date);
  // Whoever opens a day where something is amiss wants to go there.
  const first = slots.find(({ state, over }) => over && state !== "complete") ?? slots[0];
  const rows = slots.map((slot) => {
    const { name, glyph, label } = stateNamed(slot.state === "unseen" && !slot.over ? "open" : slot.state);
    const onclick = () => panel.open({ source, date, slot: slot.path });
    return h(
      "li",
      {},
      h(
        "button",
        {
          type: "button",
          class: "slot",
          "data-key": slot.path,
          "data-first": slot === first,
          "data-state": name,
          onclick,
        },
        h("span", { class: "time" }, slotTime(slot)),
        h("span", { class: `chip ${name}`, "aria-hidden": "true" }, glyph),
        h("span", { class: "what" }, label),
        h("span", { class: "quiet" }, counts(slot)),
        slot.lacking && h("span", { class: "lacking" }, `lacks ${lackingNames(slot.lacking, 6)}`),
      ),
    );
  });
  const body =
    rows.length > 0 ? h("ul", { class: "slots" }, ...rows) : h("p", {}, "Nothing of this day is in range.");
  return { title: source, subtitle: longDay(dayNumber(date)), body: [body] };
}

interface Lacking {
  readonly count: number;
  readonly names: readonly string[];
}

function lackingNames({ count, names }: Lacking, most: number): string {
  const told = names.slice(0, most).map(printable);
  return told.join(", ") + (count > told.length ? ` and ${count - told.length} more` : "");
}

/** All that is known to be lacking, one by one. */
function lackingList(lacking: Lacking | undefined): HTMLElement[] {
  if (lacking === undefined) return [];
  const rest = lacking.count - lacking.names.length;
  const rows = lacking.names.map((name) => h("li", {}, printable(name)));
  return [
    h("h3", {}, "Expected, and not there"),
    h("ul", { class: "lacks-list" }, ...rows, ...(rest > 0 ? [h("li", {}, `and ${rest} more`)] : [])),
  ];
}

function slotTime({ start, end }: DaySlot): string {
  if (end === undefined) return "always";
  if (Date.parse(end) - Date.parse(start) > 86_400_000) return `${minute(start)} …`;
  return `${start.slice(11, 16)}–${end.slice(11, 16).replace("00:00", "24:00")}`;
}

function counts({ files }: DaySlot): string {
  if (files === undefined) return "";
  const { stored, pending, quarantined, gone } = files;
  const parts = [
    stored > 0 && count(stored, "file"),
    pending > 0 && `${pending} to fetch`,
    quarantined > 0 && `${quarantined} given up`,
    gone > 0 && `${gone} gone`,
  ];
  return parts.filter(Boolean).join(", ");
}

/** An hour's story, and its files. */
export async function hourView(place: Place & { slot: string }, panel: Panel): Promise<View> {
  const { source, slot } = place;
  const [story, files] = await Promise.all([api.explain(source, slot), api.files(source, slot)]);
  const window = story.slot?.window;
  const { state, settled } = story.visit ?? {};
  const list = h("ul", { class: "files" });
  const more = h("p", {});
  const add = (page: Files) => {
    list.append(...page.files.map((file, i) => fileRow(file, list.children.length + i === 0, place, panel)));
    const { cursor } = page;
    const next = () => void api.files(source, slot, cursor).then(add);
    more.replaceChildren(...(cursor ? [h("button", { type: "button", onclick: next }, "More files")] : []));
  };
  add(files);
  const wanted =
    state === "failed" ||
    state === "missing" ||
    state === "empty" ||
    state === "incomplete" ||
    (state === "partial" && settled);
  return {
    title: window ? `${minute(window.start)}${window.end ? `–${window.end.slice(11, 16)}` : ""} UTC` : source,
    subtitle: `${source}: ${printable(slot)}`,
    body: [
      ...told(story),
      ...lackingList(story.visit?.lacking),
      ...(wanted ? again(panel, { ...place, path: slot }, "List this hour again") : []),
      h("h3", {}, files.files.length > 0 ? "Files" : "No file is known here"),
      list,
      more,
    ],
  };
}

function fileRow(file: Files["files"][number], first: boolean, place: Place, panel: Panel): HTMLElement {
  const { path, status, size, observedAt, firstSeenAt, reason } = file;
  const facts = [
    STATUS[status],
    size === undefined ? "" : bytes(size),
    observedAt === undefined
      ? ""
      : `seen ${duration(Date.parse(firstSeenAt) - Date.parse(observedAt))} after`,
  ];
  const onclick = () => panel.open({ ...place, path });
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", class: status, "data-key": path, "data-first": first, onclick },
      h("span", { class: "name" }, printable(baseName(path))),
      h("span", { class: "quiet" }, facts.filter(Boolean).join(" · ")),
      reason !== undefined && status !== "stored" && h("span", { class: "reason" }, printable(reason)),
    ),
  );
}

const STATUS: Readonly<Record<string, string>> = {
  stored: "✓ stored",
  pending: "… to fetch",
  quarantined: "✕ given up",
  gone: "○ gone from the source",
  expired: "✓ stored, and let go since",
};

/** A file's story. */
export async function fileView(place: Place & { path: string }, panel: Panel): Promise<View> {
  const { source, path } = place;
  const story = await api.explain(source, path);
  const { observedAt, attributes = {} } = story.observation ?? {};
  const facts: [string, string][] = Object.entries(attributes).map(([key, value]) => [key, printable(value)]);
  if (observedAt) facts.unshift(["observed", `${second(observedAt)} UTC`]);
  facts.push(["path", printable(path)]);
  const waits = story.file?.status === "quarantined" || story.file?.nextAttemptAt !== undefined;
  return {
    title: printable(baseName(path)),
    subtitle: source,
    body: [
      ...told(story),
      ...(waits ? again(panel, place, "Fetch it again") : []),
      h(
        "dl",
        { class: "figures" },
        ...facts.flatMap(([key, value]) => [h("dt", {}, key), h("dd", {}, value)]),
      ),
    ],
  };
}

function told({ story, events }: Story): HTMLElement[] {
  const moments = events.map(({ at, what, detail }) =>
    h("li", {}, h("time", { datetime: at }, second(at)), " ", h("b", {}, what), " ", printable(detail ?? "")),
  );
  return [
    ...story.map((sentence) => h("p", { class: "story" }, printable(sentence))),
    ...(moments.length > 0 ? [h("h3", {}, "What happened"), h("ul", { class: "moments" }, ...moments)] : []),
  ];
}

function again(panel: Panel, place: Place & { path: string }, label: string): HTMLElement[] {
  if (!panel.writable()) return [];
  return [
    h("p", {}, h("button", { type: "button", class: "act", onclick: () => void panel.retry(place) }, label)),
  ];
}
