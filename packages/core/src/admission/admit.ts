import { createHash, randomUUID } from "node:crypto";
import type { Destination } from "../destination/destination.js";
import type { DestinationMark, DestinationSight, MarkKeeper } from "../destination/destination-mark.js";
import { DaybookError } from "../errors/daybook-error.js";
import type { FileRecord, StateStore } from "../store/state-store.js";

export interface AdmissionOptions {
  readonly store: Pick<StateStore, "notes" | "record" | "find">;
  readonly destination: Destination;
  /** Those whose files land there. */
  readonly sources: readonly string[];
  /** Says where the ledger is, so that one made anew in its place is known; undefined: nothing does. */
  readonly ledger?: string;
  /** Whether what stands there is to be taken for the ledger's destination from now on, whatever it is. */
  readonly adopt?: boolean;
  readonly now: Date;
}

const PREFIX = "destination/";
/** The code of the error that says so. */
export const NOT_OURS = "other-destination";

/**
 * Sees to it that what stands at a destination's place is the destination that the ledger knows, and marks it at its
 * first use. Rejects with kind "config" and makes nothing where it isn't: a volume that isn't mounted, a folder that was
 * moved away, another ledger's. Destinations without marks are let in.
 */
export async function admit(options: AdmissionOptions): Promise<void> {
  const { destination, store, now } = options;
  const keeper = destination.mark;
  if (keeper === undefined) return;
  const sight = await judge(options, keeper);
  const ledger = options.ledger === undefined ? [] : [digest(options.ledger)];
  const mark: DestinationMark = {
    id: sight.mark?.id ?? randomUUID(),
    ledgers: [...new Set([...(sight.mark?.ledgers ?? []), ...ledger])],
  };
  // The mark first: a program that dies in between leaves a destination that is let in, and not one that isn't.
  if (mark.id !== sight.mark?.id || mark.ledgers.length > sight.mark.ledgers.length) await keeper.put(mark);
  const key = keyOf(destination);
  const [noted] = (await store.notes(key)).filter((note) => note.key === key);
  if (noted?.value !== mark.id) await store.record([{ kind: "note", key, value: mark.id, at: now }]);
}

/** As `admit`, and notes nothing: for what only looks, or deletes. */
export async function mustBeKnown(options: Omit<AdmissionOptions, "adopt">): Promise<void> {
  if (options.destination.mark !== undefined) await judge(options, options.destination.mark);
}

async function judge(options: AdmissionOptions, keeper: MarkKeeper): Promise<DestinationSight> {
  const { store, destination, ledger, adopt } = options;
  const sight = await keeper.look();
  if (adopt) return sight;
  const notes = await store.notes(PREFIX);
  const noted = notes.find(({ key }) => key === keyOf(destination))?.value;
  const { mark } = sight;
  if (noted !== undefined && mark?.id !== noted) throw refusal(keeper, mark ? OTHER : missing(sight));
  if (noted !== undefined) return sight;
  // Moved, with its files: the ledger knows it by another name.
  if (mark !== undefined && notes.some(({ value }) => value === mark.id)) return sight;
  if (mark !== undefined && ledger !== undefined && !mark.ledgers.includes(digest(ledger)))
    throw refusal(keeper, "it is another ledger's");
  const { looked, found } = await sample(options);
  if (looked > 0 && found === 0)
    throw refusal(
      keeper,
      `the ledger has files there, and none of ${looked} that were looked for is (${missing(sight)})`,
    );
  return sight;
}

const OTHER = "it is another one, with a mark of its own";

function missing({ there }: DestinationSight): string {
  if (there === "nothing") return "there is no such folder";
  return there === "empty" ? "the folder is empty" : "it has no mark";
}

function refusal({ name }: MarkKeeper, why: string): DaybookError {
  const what = `${name} isn't the destination that the ledger knows: ${why}`;
  const advice = "mount it, or correct its path; to use what is there from now on: daybook run --adopt";
  return new DaybookError("config", `${what}; ${advice}`, {
    operation: "look at the destination",
    code: NOT_OURS,
  });
}

/** So many of each source's files are looked for, oldest first, and as many of the last days. */
const SAMPLE = 20;
const LATE_MS = 30 * 86_400_000;

/** Whether files that a ledger from before there were marks says are stored are there. */
async function sample({ store, destination, sources, now }: AdmissionOptions) {
  const isThere = async ({ location }: FileRecord) =>
    location !== undefined && (await destination.stat(location).catch(() => undefined)) !== undefined;
  let looked = 0;
  let found = 0;
  for (const source of sources)
    for (const range of [undefined, { start: new Date(now.getTime() - LATE_MS) }])
      for await (const file of store.find({ source, status: ["stored"], range, limit: SAMPLE })) {
        looked++;
        if (await isThere(file)) found++;
      }
  return { looked, found };
}

const keyOf = ({ place = "" }: Destination): string => `${PREFIX}${digest(place)}`;

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);
