import { DaybookError, isDaybookError } from "../errors/daybook-error.js";
import type { OutboxMessage } from "../store/outbox-message.js";
import { Deadline } from "./deadline.js";
import type { HookTarget } from "./hook.js";
import { secretBytes, signatureOf } from "./signature.js";

export interface WebhookOptions {
  /** http or https. A user and a password in it become basic authentication. It is a secret where it holds one. */
  readonly url: string;
  /** Signs what is sent: 16 bytes or more, or "whsec_" and base64. Without it nothing is signed. */
  readonly secret?: string;
  /** Sent along, such as an authorization. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the receiver may take to answer, in ms. Default 10 s. */
  readonly timeout?: number;
}

/** Those that are made here, and those that belong to the connection. */
const OURS = /^(webhook-.*|content-type|content-length|host|connection|transfer-encoding|user-agent)$/i;

/**
 * Posts each message as JSON. Any answer from 200 to 299 means that it has arrived; nothing else does, redirects among
 * it. Of an answer's body not a byte is kept.
 */
export function webhook(options: WebhookOptions): HookTarget {
  return new Webhook(options);
}

class Webhook implements HookTarget {
  readonly timeout: number;
  readonly #url: URL;
  readonly #headers: Record<string, string>;
  readonly #secret: Uint8Array | undefined;

  constructor({ url, secret, headers = {}, timeout = 10_000 }: WebhookOptions) {
    this.timeout = timeout;
    this.#url = parseUrl(url);
    this.#secret = secret === undefined ? undefined : secretBytes(secret);
    const taken = Object.keys(headers).find((name) => OURS.test(name));
    if (taken !== undefined) throw new DaybookError("config", `headers: ${taken} is set by Daybook itself`);
    this.#headers = { ...authorization(this.#url), ...headers };
    this.#url.username = this.#url.password = "";
    try {
      new Headers(this.#headers);
    } catch {
      // Without the cause, which quotes what may be a secret.
      throw new DaybookError("config", "headers: a name or a value has characters that no header may have");
    }
  }

  async deliver({ id, body }: OutboxMessage, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    // A receiver checks it against its clock: it is the real time, and that of this attempt.
    const time = Math.floor(Date.now() / 1000);
    const deadline = new Deadline(signal, this.timeout);
    try {
      const response = await fetch(this.#url, {
        method: "POST",
        redirect: "manual",
        signal: deadline.signal,
        body,
        headers: {
          ...this.#headers,
          "content-type": "application/json",
          "user-agent": "daybook",
          "webhook-id": id,
          "webhook-timestamp": String(time),
          ...(this.#secret && { "webhook-signature": signatureOf(this.#secret, id, time, body) }),
        },
      });
      await response.body?.cancel().catch(() => undefined);
      if (!response.ok) throw this.#refused(response.status);
    } catch (error) {
      throw this.#explained(error, signal, deadline.late);
    } finally {
      deadline.end();
    }
  }

  #refused(status: number): DaybookError {
    const what =
      status >= 300 && status < 400
        ? "answers with a redirect, which is not followed: give the address it leads to"
        : `answers with HTTP status ${status}`;
    return new DaybookError("network", `the webhook at ${this.#url.host} ${what}`, {
      operation: "deliver",
      code: String(status),
    });
  }

  /** Without the cause: it may quote the address, and that may be a secret. */
  #explained(error: unknown, signal: AbortSignal, late: boolean): DaybookError {
    if (isDaybookError(error)) return error;
    const at = `the webhook at ${this.#url.host}`;
    const operation = "deliver";
    if (signal.aborted) return new DaybookError("cancelled", "stopped while delivering", { operation });
    if (late)
      return new DaybookError("timeout", `${at} did not answer within ${this.timeout} ms`, { operation });
    const code = codeOf(error);
    return new DaybookError("network", `${at} can't be reached${code ? `: ${code}` : ""}`, {
      operation,
      code,
    });
  }
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  throw new DaybookError("config", "the webhook's url must be an http or https address");
}

function authorization({ username, password }: URL): Record<string, string> {
  if (username === "" && password === "") return {};
  const both = `${decoded(username)}:${decoded(password)}`;
  return { authorization: `Basic ${Buffer.from(both).toString("base64")}` };
}

/** A bare % is taken for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function codeOf(error: unknown): string | undefined {
  const { cause } = error as { cause?: { code?: unknown; errors?: { code?: unknown }[] } };
  const code = cause?.code ?? cause?.errors?.[0]?.code;
  return typeof code === "string" ? code : undefined;
}
