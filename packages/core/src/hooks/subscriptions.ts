import { DaybookError } from "../errors/daybook-error.js";
import type { PathLayout } from "../layout/path-layout.js";
import type { LedgerChange } from "../store/state-store.js";
import { GroupRule } from "./group-rule.js";
import { HOOK_EVENT_TYPES, type Hook, type HookEventType } from "./hook.js";
import { messageFor, type HookEvent } from "./hook-event.js";

export type NewMessage = Extract<LedgerChange, { kind: "message" }>;

/** What is to be known of a source to check hooks by it. */
export interface HookedSource {
  readonly name: string;
  readonly layout: PathLayout;
  readonly policy: { readonly select?: unknown };
}

/** What is to be known of a source to tell of it. */
export interface TellingSource extends HookedSource {
  readonly policy: {
    readonly grace: number;
    readonly lookback: number;
    readonly maxAttempts: number;
    readonly select: unknown;
  };
}

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** Which hook wants what of which source. */
export class Subscriptions {
  readonly #hooks: readonly Hook[];
  readonly #groups = new Map<string, GroupRule>();

  /** Throws kind "config" for hooks that can't be meant. */
  constructor(hooks: readonly Hook[], sources: readonly HookedSource[]) {
    this.#hooks = hooks;
    const names = new Set<string>();
    for (const hook of hooks) {
      const refuse = (why: string) => new DaybookError("config", `hook ${hook.name}: ${why}`);
      if (!NAME.test(hook.name))
        throw new DaybookError("config", "a hook's name is made of letters, digits, - and _, 64 at most");
      if (names.has(hook.name))
        throw refuse("there are two of that name, and they would share their messages");
      names.add(hook.name);
      if (hook.on.length === 0) throw refuse("it is told of nothing: list events in on");
      const odd = hook.on.find((type) => !HOOK_EVENT_TYPES.includes(type));
      if (odd !== undefined)
        throw refuse(`there is no event ${odd}: there are ${HOOK_EVENT_TYPES.join(", ")}`);
      if (hook.on.includes("group"))
        for (const source of sources) if (follows(hook, source.name)) this.#addRule(hook, source, refuse);
    }
  }

  wants(source: string, type: HookEventType): boolean {
    return this.#hooks.some((hook) => hook.on.includes(type) && follows(hook, source));
  }

  /** Hooks that want groups of a source, with their rules. */
  groups(source: string): { hook: Hook; rule: GroupRule }[] {
    return this.#hooks.flatMap((hook) => {
      const rule = this.#groups.get(`${hook.name} ${source}`);
      return rule ? [{ hook, rule }] : [];
    });
  }

  /** Hooks that want to know when nothing comes from a source, with how long that takes, in ms. */
  stale(source: string): { hook: Hook; after: number }[] {
    return this.#hooks
      .filter((hook) => hook.on.includes("stale") && follows(hook, source))
      .map((hook) => ({ hook, after: hook.staleAfter ?? 30 * 60_000 }));
  }

  /** The event as messages for all who want it, or for one of them. */
  messages(event: HookEvent, only?: Hook): NewMessage[] {
    return this.#hooks
      .filter((hook) => hook.on.includes(event.type) && follows(hook, event.source))
      .filter((hook) => only === undefined || only === hook)
      .map(({ name }) => ({ kind: "message", message: messageFor(name, event) }));
  }

  /** The event as one message for each hook that follows any of the sources, of the first that it follows. */
  oncePerHook(sources: readonly string[], event: (source: string) => HookEvent): NewMessage[] {
    return this.#hooks.flatMap((hook) => {
      const source = sources.find((name) => follows(hook, name));
      return source === undefined ? [] : this.messages(event(source), hook);
    });
  }

  #addRule(hook: Hook, { name, layout, policy }: HookedSource, refuse: (why: string) => DaybookError): void {
    try {
      this.#groups.set(
        `${hook.name} ${name}`,
        new GroupRule(hook.group ?? {}, { layout, select: policy.select }),
      );
    } catch (error) {
      throw refuse(`${(error as DaybookError).detail} (source ${name})`);
    }
  }
}

/** Throws kind "config" for hooks that can't be meant; `sources` are all there are. */
export function checkHooks(hooks: readonly Hook[], sources: readonly HookedSource[]): void {
  new Subscriptions(hooks, sources);
  for (const { name, sources: followed = [] } of hooks) {
    const stranger = followed.find((one) => !sources.some((source) => source.name === one));
    if (stranger !== undefined)
      throw new DaybookError("config", `hook ${name}: there is no source ${stranger}`);
  }
}

function follows(hook: Hook, source: string): boolean {
  return hook.sources === undefined || hook.sources.includes(source);
}
