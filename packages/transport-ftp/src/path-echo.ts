import type { FtpSession } from "./ftp-session.js";

/**
 * Some servers ignore the path that a listing is asked for and show the directory they are in. That shows where two
 * directories have the very same listing, or where a directory seems to hold a part of its own path.
 */
export class PathEcho {
  /** What each session was last shown of the directory it is in, or may be in. */
  readonly #shown = new WeakMap<FtpSession, { directory: string; digest: string }>();
  /** A path made a difference. */
  #honoured = false;

  /** A listing of the directory that the session is in. */
  enteredAs(session: FtpSession, directory: string, digest: string): void {
    this.#shown.set(session, { directory, digest });
  }

  /** Why a listing asked for by path may be of another directory. */
  suspicion(
    session: FtpSession,
    directory: string,
    digest: string,
    names: readonly string[] | undefined,
  ): string | undefined {
    if (this.#honoured || digest === "") return undefined;
    const before = this.#shown.get(session);
    if (before !== undefined && before.directory !== directory) {
      if (before.digest === digest) return `it is the very same as that of ${before.directory}`;
      this.#honoured = true;
      return undefined;
    }
    this.#shown.set(session, { directory, digest });
    const own = directory.split("/").find((part) => part !== "" && names?.includes(part));
    return own === undefined ? undefined : `it shows ${own}, which is a part of its own path`;
  }

  /** It was listed from within, and is just the same. */
  clear(): void {
    this.#honoured = true;
  }
}
