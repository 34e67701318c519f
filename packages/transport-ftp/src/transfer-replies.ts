import { FTPError } from "basic-ftp";
import type { FTPResponse } from "basic-ftp";

/** What a reply has changed. */
export type Progress = "waiting" | "begun" | "confirmed" | "complete";

/**
 * Sorts the replies to a command that answers with data and, where one was sent right behind it, to the request for the
 * next data port. Each gets one final reply, and servers that don't take commands while they send may refuse the
 * second before they answer the first. So nothing is judged before both are there, but for what can only be meant for
 * one of them: 229 and 227 name a port, any other 2xx confirms the transfer.
 */
export class TransferReplies {
  readonly #expected: 1 | 2;
  readonly #refusals: FTPError[] = [];
  #confirmed: FTPResponse | undefined;
  #port: FTPResponse | undefined;
  #over = false;

  constructor({ ahead }: { ahead: boolean }) {
    this.#expected = ahead ? 2 : 1;
  }

  /** Why there will be no data, or not all of it. Known once complete. */
  get failure(): FTPError | undefined {
    return this.#confirmed ? undefined : this.#refusals[0];
  }

  /** The server's last word on a transfer that went well. */
  get confirmation(): string | undefined {
    return this.#confirmed?.message;
  }

  /** The reply that names the next data port, if one was asked for and given. */
  get port(): FTPResponse | undefined {
    return this.#port;
  }

  /** It hung up: what wasn't answered says nothing. */
  get hungUp(): boolean {
    return this.#over;
  }

  /** Undefined for a reply that makes no sense here. */
  take(reply: FTPResponse | FTPError): Progress | undefined {
    if (reply instanceof FTPError) {
      this.#refusals.push(reply);
      // It hangs up: nothing more will come.
      if (reply.code === 421) this.#over = true;
      return this.#complete ? "complete" : "waiting";
    }
    const { code } = reply;
    if (code >= 100 && code < 200) return "begun";
    if (code < 200 || code >= 300) return undefined;
    if (this.#expected === 2 && this.#port === undefined && (code === 229 || code === 227))
      this.#port = reply;
    else if (this.#confirmed === undefined) this.#confirmed = reply;
    else return undefined;
    if (this.#complete) return "complete";
    return this.#confirmed === reply ? "confirmed" : "waiting";
  }

  get #complete(): boolean {
    if (this.#over) return true;
    const finals = this.#refusals.length + (this.#confirmed ? 1 : 0) + (this.#port ? 1 : 0);
    return finals >= this.#expected;
  }
}
