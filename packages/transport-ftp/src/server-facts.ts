import type { OneHostMemory } from "@daybook/core";

/** What a server can't do, or does in a way of its own, and what is done instead. */
export const HABITS = {
  "no-epsv": "EPSV is refused or leads nowhere: PASV is used",
  "no-pipelining": "it takes no command while it sends: ports are asked for one at a time",
  "no-feat": "it hangs up when it is asked what it can do (FEAT): it isn't asked",
  "no-utf8-option": "it hangs up at OPTS UTF8: that isn't sent",
  "no-mlst-option": "it hangs up at OPTS MLST: that isn't sent",
  "no-list-options": "LIST takes no -a: hidden files don't show",
  "lists-where-it-is":
    "listings are asked for from within the folder: with a path they are refused or of another folder",
} as const;

export type Habit = keyof typeof HABITS;

/** What one connection has learned about a server, for all others to it. */
export class ServerFacts {
  readonly #memory: OneHostMemory | undefined;
  readonly #habits = new Set<Habit>();
  readonly #suspected = new Set<Habit>();
  /** FEAT, names in capitals. */
  features?: ReadonlyMap<string, string>;
  /** It says that names are in UTF-8 whatever it is told. */
  alwaysUtf8?: boolean;
  /** Data came from a port that EPSV named. */
  epsvWorks?: boolean;
  /** PASV is being tried in place of EPSV. */
  tryingPasv?: boolean;
  /** Whether it answers a request for the next data port that is sent right behind the command for this one. */
  answersAhead?: boolean;
  /** Somebody is finding out. */
  tryingAhead?: boolean;
  /** Connections that broke with such a request unanswered. */
  brokeAhead?: number;

  constructor(memory?: OneHostMemory) {
    this.#memory = memory;
  }

  has(habit: Habit): boolean {
    return this.#habits.has(habit) || this.#memory?.get(habit) !== undefined;
  }

  /** What may have been chance: it counts the second time. */
  suspect(habit: Habit): void {
    if (this.#suspected.has(habit)) this.learn(habit);
    this.#suspected.add(habit);
  }

  learn(habit: Habit): void {
    if (this.has(habit)) return;
    this.#habits.add(habit);
    this.#memory?.set(habit, HABITS[habit]);
  }
}
