import { once } from "node:events";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { DaybookError, hideSecrets, isDaybookError } from "@daybook/core";
import type { ConnectConfig } from "ssh2";
import { Client } from "ssh2";
import { algorithmsFor } from "./algorithms.js";
import type { Authentication } from "./authentication.js";
import { authentication, secretsOf } from "./authentication.js";
import { cut } from "./border.js";
import { cancelled, sftpErrorKind } from "./errors.js";
import type { WireFailure } from "./errors.js";
import { FirstWords, foreign, nothingInCommon } from "./first-words.js";
import type { HostKeyCheck } from "./host-keys.js";
import { hostKeyCheck } from "./host-keys.js";
import type { ResolvedOptions, ResolvedTarget } from "./options.js";
import { readInTurns } from "./read-in-turns.js";
import { CONNECT_WORDS, kindIn } from "./words.js";

/** A byte stream to the server. */
export interface Line {
  readonly socket: Duplex;
  /** Cuts it off at the bottom, whatever its layers are waiting for. */
  destroy(): void;
}

/** Connects to the server, straight or through the jump host. */
export async function reach(options: ResolvedOptions, signal: AbortSignal): Promise<Line> {
  const { jump, target } = options;
  if (jump === undefined) return tcp(target, signal);
  const credentials = await prepare(jump);
  const line = await tcp(jump, signal);
  const { destroy } = line;
  const client = new Client();
  return handshake(client, credentials, line, { ...options, signal }, async (config) => {
    client.connect(config);
    await once(client, "ready");
    const channel = await forward(client, jump, target);
    channel.once("close", destroy);
    return { socket: channel, destroy };
  });
}

/** What is needed to trust a server and to be let in. */
export interface Credentials {
  readonly target: ResolvedTarget;
  readonly hostKey: HostKeyCheck;
  readonly login: Authentication;
}

/** Finds out before anybody is spoken to whether it can work. Throws kind "config" where it can't. */
export async function prepare(target: ResolvedTarget): Promise<Credentials> {
  return { target, hostKey: await hostKeyCheck(target), login: authentication(target) };
}

interface HandshakeOptions {
  readonly timeout: number;
  readonly keepalive: number;
  readonly signal: AbortSignal;
}

/**
 * Lets `start` connect a client over a line, with the server's key checked and the login done. Rejects with the first
 * thing that went wrong, in our words, and the line is cut.
 */
export async function handshake<T>(
  client: Client,
  { target, hostKey, login }: Credentials,
  line: Line,
  { timeout, keepalive, signal }: HandshakeOptions,
  start: (config: ConnectConfig) => Promise<T>,
): Promise<T> {
  let refusal: DaybookError | undefined;
  let first: WireFailure | undefined;
  let greeted = false;
  let told: string | undefined;
  client.on("error", (error) => (first ??= error));
  // Whoever runs the server says there why nobody gets in, among much that isn't about that.
  client.on("banner", (banner) => (told ??= kindIn(CONNECT_WORDS, banner) && cut(banner.trim())));
  client.once("handshake", () => (greeted = true));
  // Not before: until then ssh2 says itself when the line is read.
  client.once("ready", () => readInTurns(line.socket));
  const config: ConnectConfig = {
    sock: line.socket as ConnectConfig["sock"],
    username: target.user,
    authHandler: login.handler,
    algorithms: algorithmsFor(target.algorithms, hostKey.algorithms),
    hostVerifier: (key: Buffer) => (refusal = hostKey.refusal(key)) === undefined,
    // The caller's signal is the one clock.
    readyTimeout: 0,
    keepaliveInterval: keepalive,
    keepaliveCountMax: 4,
  };
  const where = `${target.host}:${target.port}`;
  let other!: (failure: DaybookError) => void;
  const spoiled = new Promise<never>((_, reject) => (other = reject));
  const words = new FirstWords(line.socket, (what) => other(foreign(where, what)));
  client.once("change password", (prompt) =>
    other(login.refusal(cut(prompt || "the password must be changed"))),
  );
  try {
    const started = await Promise.race([start(config), gone(client), rejectedBy(signal), spoiled]);
    words.stop();
    return started;
  } catch (error) {
    words.stop();
    line.destroy();
    if (refusal !== undefined) throw refusal;
    if (signal.aborted) throw late(signal.reason, where, words);
    if (isDaybookError(error)) throw error;
    const wire = first ?? (error as WireFailure);
    const kind = !greeted && wire.code === "ECONNRESET" ? "busy" : sftpErrorKind(wire, "connect");
    if (kind === "auth" && wire.level === "client-authentication") throw login.refusal(told);
    // One line before it hangs up is how servers say that they have enough.
    const odd = words.strange === undefined ? undefined : hideSecrets(words.strange, secretsOf(target));
    if (odd !== undefined && kind !== "busy") throw strange(where, odd);
    const said = hideSecrets(wire.message, secretsOf(target));
    const message = odd === undefined ? said : `${said}, after "${odd}"`;
    const none = nothingInCommon(message, words.offers);
    const detail = none === undefined ? describe(kind, target, { message }, timeout) : `${where}: ${none}`;
    throw new DaybookError(kind, detail, {
      operation: "connect",
      code: wire.code === undefined ? undefined : String(wire.code),
      cause: wire,
    });
  }
}

/** The time was over: what there is to say of why. */
function late(reason: unknown, where: string, words: FirstWords): unknown {
  if (!isDaybookError(reason, "timeout")) return reason;
  if (words.strange !== undefined) return strange(where, words.strange);
  if (!words.silent) return reason;
  const detail = `${reason.detail}: it took the connection and said nothing; is this the port of SSH?`;
  return new DaybookError("timeout", detail, { operation: "connect" });
}

function strange(where: string, line: string): DaybookError {
  const detail = `${where} answers, but not as an SSH server does: "${line}"; is this the port of SSH?`;
  return new DaybookError("protocol", detail, { operation: "connect" });
}

function gone(client: Client): Promise<never> {
  return new Promise((_, reject) => client.once("close", () => reject(new Error("connection lost"))));
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function describe(
  kind: string,
  { host, port }: ResolvedTarget,
  { message }: WireFailure,
  timeout: number,
): string {
  const where = `${host}:${port}`;
  if (kind === "busy") {
    return `${where} takes no further connection now (${message}): it has enough of them, blocks this address, or isn't SSH`;
  }
  if (kind === "config") return `${where}: \`algorithms\` can't be used: ${message}`;
  if (kind === "unsupported") return `${where} can't be used for SFTP: ${message}`;
  if (kind === "timeout") return `${where} did not answer within ${timeout} ms`;
  if (kind === "auth") return `${where} refused the login: ${message}`;
  return `the connection to ${where} failed: ${message}`;
}

async function tcp({ host, port }: ResolvedTarget, signal: AbortSignal): Promise<Line> {
  // Without noDelay every request waits for the answer to the one before it.
  const socket = connect({ host, port, noDelay: true });
  try {
    await once(socket, "connect", { signal });
    // ssh2 listens for itself, but not before it starts nor after it has ended.
    socket.on("error", () => {});
    return { socket, destroy: () => void socket.destroy() };
  } catch (cause) {
    socket.destroy();
    if (signal.aborted) throw signal.reason;
    const { code, message } = cause as NodeJS.ErrnoException;
    const detail =
      code === "ENOTFOUND" || code === "EAI_AGAIN"
        ? `the name ${host} can't be resolved (${code}): check host, and this machine's DNS`
        : code === "ECONNREFUSED"
          ? `nothing listens at ${host}:${port}: check host and port, or wait until the server is up`
          : `${host}:${port} can't be reached: ${message}`;
    const kind = code === "ETIMEDOUT" ? "timeout" : "network";
    throw new DaybookError(kind, detail, { operation: "connect", code, cause });
  }
}

function forward(client: Client, jump: ResolvedTarget, target: ResolvedTarget): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    client.forwardOut("127.0.0.1", 0, target.host, target.port, (error, channel) => {
      if (!error) return resolve(channel);
      const detail = `${jump.host} could not connect on to ${target.host}:${target.port}: ${error.message}`;
      reject(new DaybookError("network", detail, { operation: "connect", cause: error }));
    });
  });
}

/** A signal that fires with a DaybookError: "cancelled" with the caller's, "timeout" after `timeout` ms. */
export function connectDeadline(
  signal: AbortSignal,
  timeout: number,
  { host, port }: ResolvedTarget,
): { signal: AbortSignal; done: () => void } {
  const controller = new AbortController();
  const onAbort = () => controller.abort(cancelled("stopped while connecting", "connect"));
  const timer = setTimeout(() => {
    const detail = `${host}:${port} did not finish the login within ${timeout} ms`;
    controller.abort(new DaybookError("timeout", detail, { operation: "connect" }));
  }, timeout);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    done: () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    },
  };
}
