import type { OutboxMessage } from "../store/outbox-message.js";

/** What of this process's own environment a command gets: enough to run, and none of the secrets that may be in it. */
const INHERITED =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR|TEMP|TMP|SystemRoot|PATHEXT|ComSpec|USERPROFILE)$/i;

/** No system takes a variable or an argument of more than 128 kB; the JSON on standard input has all of it. */
const LONGEST = 32_000;

interface Body {
  readonly id: string;
  readonly type: string;
  readonly source?: string;
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a message says in few words, by name. Values that aren't there are empty. */
function factsOf({ body }: OutboxMessage): Readonly<Record<string, string>> {
  const { id, type, source = "", at, data } = JSON.parse(body) as Body;
  const text = (key: string) => {
    const value = data[key];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  const facts = {
    id,
    type,
    source,
    at,
    path: text("path"),
    slot: text("slot"),
    location: text("location"),
    status: text("status") || text("what"),
    reason: text("reason"),
    sha256: text("sha256"),
    size: text("size"),
    observed_at: text("observedAt"),
  };
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, safe(value)]));
}

/** `{path}` and the like replaced, each within its argument: nothing is split, and no shell reads it. */
export function commandArguments(words: readonly string[], message: OutboxMessage): string[] {
  const facts = factsOf(message);
  return words.map((word) => {
    const filled = word.replace(/\{(\w+)\}/g, (placeholder: string, name: string) =>
      Object.hasOwn(facts, name) ? facts[name]! : placeholder,
    );
    // What looked like no option must not become one by what a server calls its files.
    return filled.startsWith("-") && !word.startsWith("-") ? `./${filled}` : filled;
  });
}

export function commandEnvironment(message: OutboxMessage): Record<string, string> {
  const own = Object.entries(process.env).filter(
    ([name, value]) => INHERITED.test(name) && value !== undefined,
  );
  const facts = Object.entries(factsOf(message)).map(([name, value]) => [
    `DAYBOOK_${name.toUpperCase()}`,
    value,
  ]);
  return Object.fromEntries([...own, ...facts]) as Record<string, string>;
}

function safe(value: string): string {
  return value.length > LONGEST ? "" : value.replaceAll("\0", "\\0");
}
