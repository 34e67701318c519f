import { DaybookError, type Hook, type HookTarget, type OutboxMessage } from "@daybook/core";
import { Mirror, type MirrorOptions } from "./mirror.js";

export interface Heard {
  readonly id: string;
  readonly type: string;
  readonly source?: string;
  readonly at: string;
  readonly data: Record<string, unknown>;
}

/** Takes what hooks tell, in this process. */
export class Receiver implements HookTarget {
  readonly timeout = 1000;
  readonly messages: OutboxMessage[] = [];
  /** Deliveries that failed. */
  refused = 0;
  /** Whether a message fails; none does at first. */
  fails: (message: OutboxMessage) => boolean = () => false;

  /** How long a delivery takes. */
  wait: () => Promise<void> = async () => undefined;

  async deliver(message: OutboxMessage): Promise<void> {
    await this.wait();
    if (this.fails(message)) {
      this.refused++;
      throw new DaybookError("network", "made up: the receiver is down");
    }
    this.messages.push(message);
  }

  get heard(): Heard[] {
    return this.messages.map(({ body }) => JSON.parse(body) as Heard);
  }

  of(type: string): Heard[] {
    return this.heard.filter((message) => message.type === type);
  }

  hook(on: Hook["on"], more: Partial<Hook> = {}): Hook {
    return { name: "test", on, target: this, ...more };
  }
}

/** The directory of the day that is mirrored: its hours lie in it. */
export const SLOT = "/L2/RMA1/2025/01/01";

/** A mirror that tells a receiver. */
export function mirrorWith(on: Hook["on"], options: MirrorOptions = {}, more: Partial<Hook> = {}) {
  const receiver = new Receiver();
  const mirror = new Mirror({ ...options, hooks: [receiver.hook(on, more)] });
  return { receiver, mirror };
}
