import { DaybookError } from "@daybook/core";
import type { AnyAuthMethod, ConnectConfig, ParsedKey } from "ssh2";
import ssh2 from "ssh2";
import type { ResolvedTarget } from "./options.js";

/** The ways to log in to one server, tried in turn as far as the server allows them. */
export interface Authentication {
  readonly handler: NonNullable<ConnectConfig["authHandler"]>;
  /** What to say once the server has refused them all. */
  refusal(): DaybookError;
}

/** Made anew for each connection. Throws kind "config" for a key that can't be used. */
export function authentication(target: ResolvedTarget): Authentication {
  const { host, port, user } = target;
  const left = methods(target);
  const tried: string[] = [];
  let accepted: readonly string[] | null = null;
  const next = (allowed: string[] | null): AnyAuthMethod | false => {
    accepted = allowed ?? accepted;
    for (let method = left.shift(); method !== undefined; method = left.shift()) {
      if (!allows(method, allowed)) continue;
      tried.push(method.type === "agent" ? "the agent's keys" : WORDS[method.type]!);
      return method;
    }
    return false;
  };
  return {
    // Typed as if the answer had to go through a callback; ssh2 takes a returned one as well.
    handler: next as unknown as Authentication["handler"],
    refusal: () => {
      const with_ = tried.length > 0 ? ` with ${tried.join(" and ")}` : "";
      const takes = accepted ? ` (the server takes ${accepted.join(", ")})` : "";
      const detail = `${host}:${port} refused the login of ${user}${with_}${takes}: check user, password and key`;
      return new DaybookError("auth", detail, { operation: "connect" });
    },
  };
}

const WORDS: Partial<Record<AnyAuthMethod["type"], string>> = {
  publickey: "the private key",
  password: "the password",
  "keyboard-interactive": "the password",
};

function methods(target: ResolvedTarget): AnyAuthMethod[] {
  const { user, password, privateKey, agent } = target;
  const username = user;
  const found: AnyAuthMethod[] = [];
  if (privateKey !== undefined) {
    found.push({ type: "publickey", username, key: keyOf(target, privateKey) });
  }
  if (agent !== undefined) found.push({ type: "agent", username, agent: agentSocket(agent) });
  if (password !== undefined) {
    found.push({ type: "password", username, password });
    const prompt = (...[, , , prompts, finish]: Parameters<KeyboardPrompt>) =>
      finish(prompts.map(() => password));
    found.push({ type: "keyboard-interactive", username, prompt });
  }
  return found;
}

type KeyboardPrompt = Extract<AnyAuthMethod, { type: "keyboard-interactive" }>["prompt"];

function allows(method: AnyAuthMethod, allowed: readonly string[] | null): boolean {
  // Before the server has said what it takes, it is asked with the first method: that saves a round trip.
  if (allowed === null) return true;
  // The same password again, one failed login more on the way to a ban.
  if (method.type === "keyboard-interactive" && allowed.includes("password")) return false;
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
