import { createHash } from "node:crypto";
import type { OutboxMessage } from "../store/outbox-message.js";
import type { HookEventType } from "./hook.js";

/** Something that happened, before it is known who is to be told. */
export interface HookEvent {
  readonly type: HookEventType;
  readonly source: string;
  readonly at: Date;
  /** What it is about: events of one subject are told in order. */
  readonly subject: string;
  /** With type, source and subject: what makes it this event and no other, and the same when it is told again. */
  readonly occasion: string;
  /** Dates become ISO 8601; what is undefined is left out. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** The event as it is kept for one hook. */
export function messageFor(hook: string, event: HookEvent): OutboxMessage {
  const { type, source, at, subject, occasion, data } = event;
  const id = `${type}_${digest([type, source, subject, occasion])}`;
  const body = JSON.stringify({ id, type, source, at, data });
  return { hook, id, key: digest([source, subject]), at, body };
}

/** 96 bits of the SHA-256. */
export function digest(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 24);
}
