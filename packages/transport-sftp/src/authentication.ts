import { DaybookError, hideSecrets } from "@daybook/core";
import type { AnyAuthMethod, ConnectConfig, ParsedKey } from "ssh2";
import ssh2 from "ssh2";
import { cut } from "./border.js";
import type { ResolvedTarget } from "./options.js";
import { NEW_PASSWORD, Questions } from "./questions.js";

/** The ways to log in to one server, tried in turn as far as the server allows them. */
export interface Authentication {
  readonly handler: NonNullable<ConnectConfig["authHandler"]>;
  /** What to say once the server has refused them all; with its own words, where they tell more. */
  refusal(said?: string): DaybookError;
}

/** Made anew for each connection. Throws kind "config" for a key that can't be used. */
export function authentication(target: ResolvedTarget): Authentication {
  const { host, port, user } = target;
  const questions = new Questions(target);
  const left = methods(target, questions);
  const tried: string[] = [];
  let accepted: readonly string[] | null = null;
  let half = false;
  let last: AnyAuthMethod["type"] | undefined;
  const next = (allowed: string[] | null, partly: boolean | null): AnyAuthMethod | false => {
    accepted = allowed ?? accepted;
    half ||= partly === true;
    if (partly && last === "password") questions.passwordWasRight();
    for (let method = left.shift(); method !== undefined; method = left.shift()) {
      if (!allows(method, { allowed, half, questions })) continue;
      last = method.type;
      tried.push(method.type === "agent" ? "the agent's keys" : WORDS[method.type]!);
      return method;
    }
    return false;
  };
  return {
    // Typed as if the answer had to go through a callback; ssh2 takes a returned one as well.
    handler: next as unknown as Authentication["handler"],
    refusal: (said) => {
      const with_ = tried.length > 0 ? ` with ${[...new Set(tried)].join(" and ")}` : "";
      const takes = accepted ? ` (the server takes ${cut(accepted.join(", "))})` : "";
      const words = said === undefined ? "" : `; it said "${hideSecrets(said, secretsOf(target))}"`;
      const detail = `${host}:${port} refused the login of ${user}${with_}${takes}${words}: ${advice()}`;
      return new DaybookError("auth", detail, { operation: "connect" });
    },
  };

  function advice(): string {
    const asked = questions.unanswered;
    if (asked !== undefined && NEW_PASSWORD.test(asked)) {
      return `the server asks "${asked}": the password must be changed, by hand, before it lets anybody in`;
    }
    if (asked !== undefined) {
      return `the server asks "${asked}", a second factor: set totp to the authenticator's secret, or answers to what it wants`;
    }
    if (half)
      return "what was given was right, but the server wants more: give both a key and a password, or totp";
    const only = accepted?.length === 1 ? accepted[0] : undefined;
    if (only === "publickey" && target.privateKey === undefined && target.agent === undefined) {
      return "it takes keys only: give privateKey or agent";
    }
    return "check user, password and key";
  }
}

const WORDS: Partial<Record<AnyAuthMethod["type"], string>> = {
  publickey: "the private key",
  password: "the password",
  "keyboard-interactive": "answers to what it asks",
};

function methods(target: ResolvedTarget, questions: Questions): AnyAuthMethod[] {
  const { user, password, privateKey, agent } = target;
  const username = user;
  const found: AnyAuthMethod[] = [];
  if (privateKey !== undefined) {
    found.push({ type: "publickey", username, key: keyOf(target, privateKey) });
  }
  if (agent !== undefined) found.push({ type: "agent", username, agent: agentSocket(agent) });
  if (password !== undefined) found.push({ type: "password", username, password });
  const prompt = (...[, , , prompts, finish]: Parameters<KeyboardPrompt>) =>
    finish(questions.answer(prompts));
  found.push({ type: "keyboard-interactive", username, prompt });
  return found;
}

type KeyboardPrompt = Extract<AnyAuthMethod, { type: "keyboard-interactive" }>["prompt"];

function allows(
  method: AnyAuthMethod,
  { allowed, half, questions }: { allowed: readonly string[] | null; half: boolean; questions: Questions },
): boolean {
  const isAsked = method.type === "keyboard-interactive";
  const { knowsMore, knowsAnything } = questions;
  // Before the server has said what it takes, it is asked with the first method: that saves a round trip.
  if (allowed === null) return !isAsked || knowsMore;
  // The same password again, one failed login more on the way to a ban.
  if (isAsked && allowed.includes("password") && !knowsMore) return false;
  // With nothing to answer it is asked only what it wants beside what was right.
  if (isAsked && !knowsAnything && !half) return false;
  return allowed.includes(method.type === "agent" ? "publickey" : method.type);
}

// Opening an encrypted key takes a large part of a second by design.
const opened = new WeakMap<ResolvedTarget, ParsedKey>();

function keyOf(target: ResolvedTarget, privateKey: string | Buffer): ParsedKey {
  const known = opened.get(target);
  if (known !== undefined) return known;
  const { passphrase } = target;
  const outcome = ssh2.utils.parseKey(privateKey, passphrase) as ParsedKey | ParsedKey[] | Error;
  const key = Array.isArray(outcome) ? outcome[0] : outcome;
  if (key instanceof Error || key === undefined) throw unusable(key?.message ?? "", passphrase);
  if (!key.isPrivateKey()) throw unusable("public", passphrase);
  opened.set(target, key);
  return key;
}

// ssh2's own words may quote what they can't parse, so they are never passed on.
function unusable(message: string, passphrase: string | undefined): DaybookError {
  const detail =
    passphrase === undefined && /encrypted/i.test(message)
      ? "privateKey is encrypted: give its passphrase"
      : passphrase !== undefined && /integrity|decrypt|passphrase|authenticate/i.test(message)
        ? "the passphrase doesn't open privateKey"
        : message === "public"
          ? "privateKey holds a public key: give the file without .pub"
          : "privateKey holds no private key that can be read: give the text of the file that ssh-keygen wrote";
  return new DaybookError("config", detail, { operation: "connect" });
}

function agentSocket(agent: string | true): string {
  const socket = agent === true ? process.env.SSH_AUTH_SOCK : agent;
  if (socket) return socket;
  const detail = "agent is on, but SSH_AUTH_SOCK is not set: start ssh-agent, or give a privateKey";
  throw new DaybookError("config", detail, { operation: "connect" });
}

/** What of a target no message may tell, whatever the server says. */
export function secretsOf({ password, passphrase, totp, answers = [] }: ResolvedTarget): string[] {
  return [password, passphrase, totp, ...answers].filter((secret) => secret !== undefined);
}
