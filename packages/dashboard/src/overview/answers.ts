import type { HostStatus } from "@daybook/core";
import type { GapRun } from "./gap-runs.js";
import type { SourceView, WaitsFor } from "./source-view.js";
import { stoodInFor } from "./source-hosts.js";
import { stateNamed } from "../words/states.js";
import { few, MOST } from "./lists.js";
import { whatToDo } from "./what-to-do.js";
import { count, duration, percent, utc } from "../words/words.js";

export type Verdict = "good" | "watch" | "bad";

/** One of the four questions of a person on duty. */
export interface Answer {
  readonly question: string;
  readonly verdict: Verdict;
  readonly headline: string;
  readonly details: readonly string[];
}

export interface Facts {
  readonly now: Date;
  /** Whether this process crawls, and so does by itself what is left. */
  readonly crawls: boolean;
  readonly sources: readonly SourceView[];
  readonly hosts: readonly HostStatus[];
  /** The newest gaps of all sources. */
  readonly gaps: readonly GapRun[];
  /** Why this machine's clock isn't believed, while it isn't. */
  readonly clock?: string;
  /** Files given up, the newest few. */
  readonly givenUp: readonly { readonly source: string; readonly reason?: string }[];
}

/** Is data flowing, what is missing, why, and what do I do. */
export function answers(facts: Facts): Answer[] {
  return [flowing(facts), missing(facts), why(facts), whatToDo(facts)];
}

function flowing({ sources, now }: Facts): Answer {
  const question = "Is data flowing?";
  const live = sources.filter(({ flow }) => flow !== "over");
  const stuck = sources.filter(({ flow }) => flow === "failed" || flow === "paused" || flow === "down");
  const late = live.filter(({ flow }) => flow === "late" || flow === "none");
  const newest = sources
    .map(({ newest }) => newest)
    .reduce((a, b) => (a && b && a > b ? a : (b ?? a)), undefined);
  const details = [...stuck, ...late].map(flowLine);
  if (newest !== undefined && details.length < MOST)
    details.push(`Newest observation ${duration(now.getTime() - newest.getTime())} ago`);
  const answer = (verdict: Verdict, headline: string) => ({
    question,
    verdict,
    headline,
    details: few(details),
  });
  if (stuck.length > 0)
    return answer("bad", `Not from ${count(stuck.length, "source")} of ${sources.length}`);
  if (late.length > 0)
    return answer("watch", `Nothing new from ${count(late.length, "source")} of ${sources.length}`);
  if (live.length === 0) {
    const left = leftToDo(sources);
    if (left.length > 0) return answer("watch", `Every range is over, but ${left.join(" and ")}`);
    return answer("good", "Every range is over");
  }
  return answer("good", live.length === 1 ? "Yes" : `Yes, from all ${live.length} sources`);
}

/** What is still on its way though no new data is expected. */
function leftToDo(sources: readonly SourceView[]): string[] {
  const files = sources.reduce((sum, source) => sum + source.files.pending, 0);
  const hours = sources.reduce((sum, { hours }) => sum + hours.unseen + hours.failed, 0);
  return [
    ...(hours > 0 ? [`${count(hours, "hour")} ${hours === 1 ? "is" : "are"} still to be listed`] : []),
    ...(files > 0 ? [`${count(files, "file")} ${files === 1 ? "is" : "are"} still to come`] : []),
  ];
}

const WAITS: Readonly<Record<WaitsFor, string>> = {
  login: "its log-in is refused",
  destination: "its files can't be kept",
  ledger: "the ledger can't be used",
};

function flowLine({ name, flow, detail, because, lagMs, until, silentSince }: SourceView): string {
  switch (flow) {
    case "failed":
      return `${name} has stopped: ${detail}`;
    case "paused":
      return `${name} waits: ${WAITS[because ?? "login"]}`;
    case "down":
      return `${name}: server down${until ? `, tried again ${utc(until).slice(11)}` : ""}`;
    case "late":
      if (silentSince) return `${name}: nothing new has come since ${utc(silentSince)}`;
      return `${name}: nothing new for ${duration(lagMs!)}`;
    default:
      return `${name}: nothing has come yet`;
  }
}

function missing({ sources, gaps }: Facts): Answer {
  const question = "What is missing?";
  const files = sources.reduce((sum, source) => sum + source.files.quarantined, 0);
  const hours = sources.reduce((sum, source) => sum + source.gapHours, 0);
  const expected = sources.reduce((sum, source) => sum + source.pastHours, 0);
  const details = gaps
    .slice(0, 3)
    .map((run) => `${run.source}: ${stretch(run)} ${stateNamed(run.state).label}`);
  if (expected > 0)
    details.unshift(`${percent(expected - hours, expected)} of ${count(expected, "hour")} complete`);
  if (hours === 0 && files === 0) return { question, verdict: "good", headline: "Nothing", details };
  const parts = [...(hours > 0 ? [count(hours, "hour")] : []), ...(files > 0 ? [count(files, "file")] : [])];
  return { question, verdict: "watch", headline: parts.join(", "), details };
}

function why({ sources, hosts, givenUp, clock }: Facts): Answer {
  const question = "Why?";
  const sum = (of: (source: SourceView) => number) =>
    sources.reduce((total, source) => total + of(source), 0);
  const instead = stoodInFor(sources);
  const details = [
    ...sources
      .filter(({ flow }) => flow === "failed" || flow === "paused")
      .map(({ name, detail }) => `${name}: ${detail}`),
    ...hosts.flatMap(({ endpoint, down }) =>
      down && !instead.has(endpoint) ? [`${endpoint} is down: ${down.error.detail}`] : [],
    ),
  ];
  const bad = details.length > 0;
  if (clock !== undefined) details.push(clock);
  for (const [endpoint, other] of instead) details.push(`${endpoint} is down, and ${other} is asked instead`);
  const tell = (n: number, what: string) => n > 0 && details.push(`${count(n, "hour")} ${what}`);
  tell(
    sum(({ hours }) => hours.missing),
    "without a directory at the source",
  );
  tell(
    sum(({ hours }) => hours.incomplete),
    "with less at the source than is expected",
  );
  tell(
    sum(({ hours }) => hours.empty),
    "empty at the source",
  );
  tell(
    sum(({ hours }) => hours.failed),
    "whose last listing failed",
  );
  tell(
    sum(({ hours }) => hours.unseen),
    "not listed since they ended",
  );
  tell(
    sum(({ hours }) => hours.partial),
    "with files still to come, given up or gone, or lines that can't be read",
  );
  for (const [reason, n] of tallied(givenUp.map(({ reason }) => reason ?? "no reason was noted")))
    details.push(`${count(n, "file")} given up: ${reason}`);
  for (const { name, oddities } of sources)
    for (const { slot } of oddities.filter(({ what }) => what === "unreadable").slice(0, 1))
      details.push(`${name}: not all of ${slot} could be taken`);
  const headline = details.length === 0 ? "Nothing is wrong" : details[0]!;
  const verdict = bad ? "bad" : details.length > 0 ? "watch" : "good";
  return { question, verdict, headline, details: few(details.slice(1)) };
}

/** 2025-01-01 05–07 UTC */
export function stretch({ start, end, hours }: GapRun): string {
  if (hours === 1) return utc(start).replace(":00 UTC", "h");
  if (hours <= 24 && start.getUTCDate() === new Date(end.getTime() - 1).getUTCDate())
    return `${utc(start).slice(0, 13)}–${String(start.getUTCHours() + hours).padStart(2, "0")}h`;
  return `${utc(start).slice(0, 13)}h to ${utc(end).slice(0, 13)}h`;
}

function tallied(texts: readonly string[]): [string, number][] {
  const tally = new Map<string, number>();
  for (const text of texts) tally.set(text, (tally.get(text) ?? 0) + 1);
  return [...tally].sort(([, a], [, b]) => b - a);
}
