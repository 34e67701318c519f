import { createHash } from "node:crypto";
import { HOUR_LETTERS, printable, type Availability, type Daybook, type HourLetter } from "@daybook/core";
import { LiveState } from "../live/live-state.js";
import { stretch } from "../overview/answers.js";
import { Calendar } from "../overview/calendar.js";
import { Overviews, type Overview } from "../overview/overview.js";
import type { SourceView } from "../overview/source-view.js";
import { stateNamed } from "../words/states.js";
import { bytes, count, percent, utc } from "../words/words.js";
import { STYLE } from "./report-style.js";

/** The states that are drawn, in the order of the legend. */
const DRAWN = ["complete", "partial", "incomplete", "missing", "empty", "failed", "unseen", "open"] as const;

/**
 * The same that the page shows, as one HTML file that needs nothing else: no script, no other file, no server. Its
 * hours are pictures; what is missing is told in words below them.
 */
export async function reportHtml(daybook: Daybook, now = new Date()): Promise<string> {
  const live = new LiveState();
  const calendar = new Calendar(daybook);
  const overview = await new Overviews({ daybook, live, calendar }).get(now);
  const days = new Map((await calendar.get()).map((one) => [one.source, one]));
  const csp = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${csp}">
<title>Daybook, ${utc(now)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Daybook <small>as of ${utc(now)}</small></h1>
<div class="answers">${overview.answers.map(answer).join("")}</div>
<h2>Hours by day</h2>
<p class="legend">${DRAWN.map((state) => `<span class="${state}">${text(state)}</span>`).join("")}</p>
${overview.sources.map((source) => row(source, days.get(source.name))).join("\n")}
${gaps(overview)}
${givenUp(overview)}
</body>
</html>
`;
}

function answer({ question, verdict, headline, details }: Overview["answers"][number]): string {
  const lines = details.map((line) => `<li>${text(line)}</li>`).join("");
  return `<section class="${verdict}"><h2>${text(question)}</h2><p>${text(headline)}</p><ul>${lines}</ul></section>`;
}

function row({ name, pastHours, gapHours, files }: SourceView, found: Availability | undefined): string {
  const complete = pastHours > 0 ? `${percent(pastHours - gapHours, pastHours)} complete, ` : "";
  const words = `${complete}${count(gapHours, "hour")} lacking, ${count(files.stored, "file")}, ${bytes(files.bytes)}`;
  return `<section class="source"><h3>${text(name)} <small>${words}</small></h3>${found ? picture(found) : ""}</section>`;
}

/** Days from left to right, hours from top to bottom; one path for each state. */
function picture({ from, days }: Availability): string {
  if (days.length === 0) return "";
  const paths = new Map<string, string>();
  for (const [x, day] of days.entries())
    for (const { 0: run, index } of day.matchAll(/(.)\1*/g)) {
      const state = HOUR_LETTERS[run[0] as HourLetter];
      paths.set(state, `${paths.get(state) ?? ""}M${x} ${index}h1v${run.length}h-1z`);
    }
  const last = new Date(from.getTime() + (days.length - 1) * 86_400_000);
  const drawn = DRAWN.map(
    (state) => `<path class="${state}" d="${paths.get(state) ?? ""}"><title>${state}</title></path>`,
  );
  const span = `<p class="span"><span>${utc(from).slice(0, 10)}</span><span>${utc(last).slice(0, 10)}</span></p>`;
  return `<svg viewBox="0 0 ${days.length} 24" preserveAspectRatio="none" role="img">${drawn.join("")}</svg>${span}`;
}

function gaps({ gaps, gapsTotal }: Overview): string {
  const rows = gaps.map((run) => [
    run.source,
    `${stretch(run)} UTC`,
    count(run.hours, "hour"),
    stateNamed(run.state).label,
  ]);
  return table("Gaps", ["source", "when", "how long", "why"], rows, gapsTotal - gaps.length);
}

function givenUp({ givenUp }: Overview): string {
  const rows = givenUp.map(({ source, path, reason }) => [source, path, reason ?? "no reason was noted"]);
  return table("Files given up", ["source", "file", "why"], rows, 0);
}

function table(title: string, head: string[], rows: string[][], more: number): string {
  if (rows.length === 0) return `<h2>${title}</h2><p>None.</p>`;
  const line = (cells: string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${text(cell)}</${tag}>`).join("")}</tr>`;
  const rest = more > 0 ? `<p>and ${count(more, "older one")}</p>` : "";
  return `<h2>${title}</h2><table>${line(head, "th")}${rows.map((row) => line(row, "td")).join("")}</table>${rest}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that a server may have chosen, as text. */
function text(given: string): string {
  return printable(given).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
