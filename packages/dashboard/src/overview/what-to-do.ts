import type { Answer, Facts } from "./answers.js";
import { few, names } from "./lists.js";
import { stoodInFor } from "./source-hosts.js";
import type { SourceView } from "./source-view.js";

/** What follows from the state, the most urgent first; where nothing does, why. */
export function whatToDo(facts: Facts): Answer {
  const question = "What do I do?";
  const urgent = [...stopped(facts), ...waiting(facts), ...unreachable(facts)];
  const soon = [
    ...doubtfulClock(facts),
    ...standIns(facts),
    ...silent(facts),
    ...gone(facts),
    ...givenUp(facts),
    ...unread(facts),
    ...idle(facts),
  ];
  const [headline, ...others] = [...urgent, ...soon];
  if (headline !== undefined)
    return { question, verdict: urgent.length > 0 ? "bad" : "watch", headline, details: few(others) };
  return { question, verdict: "good", headline: "Nothing", details: [whyNothing(facts)] };
}

function stopped({ sources }: Facts): string[] {
  return sources.filter(({ flow }) => flow === "failed").map(cure);
}

/** Sources that go on by themselves once somebody has mended what they wait for. */
function waiting({ sources, crawls }: Facts): string[] {
  const after = crawls ? "it goes on by itself" : "a run goes on by itself";
  return sources.flatMap(({ name, flow, because, kind }) => {
    if (flow !== "paused") return [];
    if (because === "ledger")
      return [`${kind === "no-space" ? "Make room on the ledger's disk" : "See to the ledger"}; ${after}`];
    if (because === "destination")
      return [
        kind === "no-space"
          ? `Make room on the disk of ${name}; ${after}`
          : `Bring back the disk of ${name}; ${after}`,
      ];
    return [
      kind === "auth"
        ? `Correct the user or password of ${name}; ${after} where it reads them anew`
        : `See why ${name} is not let in; ${after}`,
    ];
  });
}

function doubtfulClock({ clock }: Facts): string[] {
  return clock === undefined
    ? []
    : ["Set this machine's clock right; if it is right, daybook run --trust-clock says so"];
}

function unreachable({ sources, hosts }: Facts): string[] {
  const instead = stoodInFor(sources);
  return hosts
    .filter(({ endpoint, down }) => down && !instead.has(endpoint))
    .map(({ endpoint }) => `Ask the operator of ${endpoint}; Daybook goes on by itself once it answers`);
}

function standIns({ sources }: Facts): string[] {
  return [...stoodInFor(sources)].map(
    ([endpoint, other]) => `Ask the operator of ${endpoint}; until it answers ${other} stands in`,
  );
}

function silent({ sources }: Facts): string[] {
  const late = named(sources, ({ flow }) => flow === "late" || flow === "none");
  return late === undefined ? [] : [`See whether ${late} is still publishing`];
}

function gone({ sources }: Facts): string[] {
  const missing = named(sources, ({ hours }) => hours.missing > 0);
  const empty = named(sources, ({ hours }) => hours.empty > 0);
  const incomplete = named(sources, ({ hours }) => hours.incomplete > 0);
  return [
    ...(missing === undefined ? [] : [`Ask the publisher for the missing hours of ${missing}`]),
    ...(empty === undefined ? [] : [`Ask the publisher for the empty hours of ${empty}`]),
    ...(incomplete === undefined
      ? []
      : [
          `Ask the publisher for what the incomplete hours of ${incomplete} lack: daybook gaps names it; if it never was due, correct expect`,
        ]),
  ];
}

function givenUp({ sources }: Facts): string[] {
  const some = sources.some(({ files }) => files.quarantined > 0);
  return some ? ["Look at the files given up; daybook retry fetches them once more"] : [];
}

/** Hours that aren't whole though no file is to come or given up: nobody lists them again for that. */
function unread({ sources, crawls }: Facts): string[] {
  return sources.flatMap(({ name, hours, files, oddities }) => {
    const slot = oddities.find(({ what }) => what === "unreadable")?.slot;
    if (slot !== undefined)
      return [
        `Look at the lines of ${name} that could not be read; daybook retry ${slot} lists them once more`,
      ];
    // Where files are fetched, what is read now and what a moment ago may not fit yet.
    if (crawls || hours.partial === 0 || files.pending > 0 || files.quarantined > 0) return [];
    return [
      `See what is not whole of ${name}: daybook gaps tells; daybook retry with an hour's folder lists it again`,
    ];
  });
}

/** What only a run can do, where none goes on here. */
function idle({ sources, crawls }: Facts): string[] {
  if (crawls) return [];
  const waiting = named(
    sources,
    (source) => workLeft(source) && source.flow !== "failed" && source.flow !== "paused",
  );
  return waiting === undefined ? [] : [`See that daybook run is running: it does what is left of ${waiting}`];
}

function whyNothing({ sources, crawls }: Facts): string {
  if (sources.some((source) => workLeft(source) || source.hours.partial > 0))
    return "Daybook does what is left by itself";
  if (sources.every(({ flow }) => flow === "over")) return "Every range is over, and nothing is left to do";
  return crawls ? "Daybook looks again by itself" : "This only shows: what is new comes with daybook run";
}

function workLeft({ hours, files }: SourceView): boolean {
  return hours.failed + hours.unseen + files.pending > 0;
}

function named(sources: readonly SourceView[], which: (source: SourceView) => boolean): string | undefined {
  const found = sources.filter(which).map(({ name }) => name);
  return found.length === 0 ? undefined : names(found);
}

function cure({ name, kind, code }: SourceView): string {
  if (code === "other-destination")
    return `Mount the destination of ${name}, or correct its path, then start it again; daybook run --adopt takes what is there`;
  switch (kind) {
    case "auth":
      return `Correct the user or password of ${name}, then start it again`;
    case "no-space":
      return "Make room on the disk, then start it again";
    case "config":
      return `Correct the configuration of ${name}, then start it again`;
    default:
      return `Read why ${name} has stopped, then start it again`;
  }
}
