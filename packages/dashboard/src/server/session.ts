import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { DaybookError } from "@daybook/core";

const SHORTEST = 16;
const LASTS_MS = 7 * 86_400_000;

export const COOKIE = "daybook_session";

/**
 * Tells who may come in: programs by the token itself, browsers by a cookie that is signed with it and says until when
 * it is good, so that the token is in no URL and in no page. Another token makes all cookies worthless.
 */
export class Sessions {
  readonly #token: string;

  /** Throws kind "config" where the token could be guessed. */
  constructor(token: string) {
    if (token.length < SHORTEST)
      throw new DaybookError(
        "config",
        `the dashboard's token must have at least ${SHORTEST} characters: make one with openssl rand -hex 24`,
      );
    this.#token = token;
  }

  isToken(given: string): boolean {
    return equal(given, this.#token);
  }

  /** A cookie's value, and how long it lasts in seconds. */
  begin(now: Date): { value: string; maxAge: number } {
    const claim = `${now.getTime() + LASTS_MS}.${randomBytes(12).toString("base64url")}`;
    return { value: `${claim}.${this.#sign(claim)}`, maxAge: LASTS_MS / 1000 };
  }

  isSession(cookie: string, now: Date): boolean {
    const at = cookie.lastIndexOf(".");
    const claim = cookie.slice(0, Math.max(0, at));
    if (!equal(cookie.slice(at + 1), this.#sign(claim))) return false;
    return Number(claim.split(".")[0]) > now.getTime();
  }

  #sign(claim: string): string {
    return createHmac("sha256", this.#token).update(`daybook session ${claim}`).digest("base64url");
  }
}

/** In a time that tells nothing of where they differ, nor of how long either is. */
function equal(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
