import type { OutboxMessage } from "./outbox-message.js";

/** Messages by hook, in the order they came. */
export class MemoryOutbox {
  readonly #hooks = new Map<string, Map<string, OutboxMessage>>();

  add(message: OutboxMessage): void {
    const { hook, id } = message;
    const waiting = this.#hooks.get(hook) ?? new Map<string, OutboxMessage>();
    this.#hooks.set(hook, waiting);
    if (!waiting.has(id)) waiting.set(id, copyOf(message));
  }

  remove(hook: string, id: string): void {
    this.#hooks.get(hook)?.delete(id);
  }

  first(hook: string, limit: number): OutboxMessage[] {
    const found: OutboxMessage[] = [];
    for (const message of this.#hooks.get(hook)?.values() ?? []) {
      if (found.length >= limit) break;
      found.push(copyOf(message));
    }
    return found;
  }

  backlog(): Map<string, number> {
    const sizes = [...this.#hooks].map(([hook, waiting]) => [hook, waiting.size] as const);
    return new Map(sizes.filter(([, size]) => size > 0));
  }

  *all(): Iterable<OutboxMessage> {
    for (const waiting of this.#hooks.values()) yield* waiting.values();
  }
}

const copyOf = (message: OutboxMessage): OutboxMessage => ({ ...message, at: new Date(message.at) });
