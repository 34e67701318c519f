import type { OutboxMessage } from "../store/outbox-message.js";
import type { GroupOptions } from "./group-rule.js";

/** What a hook may be told of; see docs/hooks.md for what each carries. */
export type HookEventType = "file" | "group" | "slot" | "gap" | "stale" | "error";

export const HOOK_EVENT_TYPES: readonly HookEventType[] = ["file", "group", "slot", "gap", "stale", "error"];

/** Brings a message to whoever wants it: `webhook`, `command`, or one of your own. */
export interface HookTarget {
  /**
   * Resolves once the receiver has it, for good; rejects where it is to be tried again. When the signal fires it ends
   * soon, whatever that leaves undone. The same message may come again, with the same id. No secret in errors.
   */
  deliver(message: OutboxMessage, options: { readonly signal: AbortSignal }): Promise<void>;
  /** The longest a delivery takes, in ms. */
  readonly timeout: number;
}

/** Who is told of what. */
export interface Hook {
  /** Names its messages in the ledger: letters, digits, `-` and `_`. Under another name it is another hook. */
  readonly name: string;
  readonly on: readonly HookEventType[];
  /** Only of these sources. Default all. */
  readonly sources?: readonly string[];
  readonly target: HookTarget;
  /** Deliveries under way at once; those about one file are never. Default 4. */
  readonly concurrency?: number;
  /** For `group`. */
  readonly group?: GroupOptions;
  /** For `stale`: how long nothing has to come, in ms. Default 30 min. */
  readonly staleAfter?: number;
  /** The age at which a message that can't be delivered is dropped, in ms. Default 7 d. */
  readonly giveUpAfter?: number;
  /** Messages that may wait; beyond that the oldest are dropped. Default 100,000. */
  readonly maxWaiting?: number;
}
