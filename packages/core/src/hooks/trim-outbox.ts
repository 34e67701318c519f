import type { OutboxMessage } from "../store/outbox-message.js";
import type { LedgerChange, StateStore } from "../store/state-store.js";
import type { Attempts } from "./attempts.js";
import type { Hook } from "./hook.js";
import { digest } from "./hook-event.js";

/** Read and dropped at a time. */
const PAGE = 500;
const WEEK = 7 * 24 * 3_600_000;

export interface Dropped {
  readonly count: number;
  readonly reason: string;
}

export interface TrimOptions {
  readonly now: Date;
  /** Ids of messages that stay. */
  readonly keep: ReadonlySet<string>;
  /** What fails. A receiver that is only slow gets all there is, however long that takes. */
  readonly attempts: Pick<Attempts, "down" | "fails">;
}

/**
 * Drops the oldest messages of a hook that can't be delivered, where they are too many or too old. Each that is dropped
 * is counted in a message of type "dropped", recorded in the same transaction, which the receiver gets in their stead.
 */
export async function trimOutbox(
  store: Pick<StateStore, "record" | "messages" | "backlog">,
  hook: Hook,
  { now, keep, attempts }: TrimOptions,
): Promise<Dropped[]> {
  const { name, giveUpAfter = WEEK, maxWaiting = 100_000 } = hook;
  const dropped: Dropped[] = [];
  const waiting = (await store.backlog()).get(name) ?? 0;
  // A tenth more than need be, so that not every minute drops some.
  let surplus = attempts.down && waiting > maxWaiting ? waiting - Math.floor(maxWaiting * 0.9) : 0;
  const tooOld = (message: OutboxMessage | undefined, age: number) =>
    message !== undefined && now.getTime() - message.at.getTime() > age;
  for (;;) {
    const page = await store.messages(name, (surplus > 0 ? Math.min(PAGE, surplus) : PAGE) + keep.size);
    const oldest = page.filter(({ id, key }) => !keep.has(id) && attempts.fails(key));
    // Those that are nearly too old go with those that are.
    const drop =
      surplus > 0
        ? oldest
        : tooOld(oldest[0], giveUpAfter)
          ? oldest.slice(0, lastIndex(oldest, (one) => tooOld(one, giveUpAfter * 0.95)) + 1)
          : [];
    if (drop.length === 0) return dropped;
    const reason = surplus > 0 ? "too many were waiting" : "they could not be delivered for too long";
    const count = drop.reduce((sum, message) => sum + countOf(message), 0);
    await store.record([...drop.map(taken), notice(name, drop, { count, reason, now })]);
    dropped.push({ count, reason });
    surplus -= drop.length;
    if (surplus <= 0 && drop.length < PAGE) return dropped;
  }
}

const taken = ({ hook, id }: OutboxMessage): LedgerChange => ({ kind: "delivered", hook, id });

function notice(
  hook: string,
  drop: readonly OutboxMessage[],
  { count, reason, now }: { count: number; reason: string; now: Date },
): LedgerChange {
  const first = drop[0]!;
  const last = drop.at(-1)!;
  const id = `dropped_${digest([hook, first.id, last.id])}`;
  const data = { count, reason, first: { id: first.id, at: first.at }, last: { id: last.id, at: last.at } };
  const body = JSON.stringify({ id, type: "dropped", at: now, data });
  return { kind: "message", message: { hook, id, key: digest(["dropped"]), at: now, body } };
}

/** A notice that is dropped itself counts for all that it stands for. */
function countOf({ id, body }: OutboxMessage): number {
  if (!id.startsWith("dropped_")) return 1;
  return (JSON.parse(body) as { data: { count: number } }).data.count;
}

function lastIndex<T>(items: readonly T[], holds: (item: T) => boolean): number {
  for (let i = items.length - 1; i >= 0; i--) if (holds(items[i]!)) return i;
  return -1;
}
