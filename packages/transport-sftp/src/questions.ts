import { cut } from "./border.js";
import type { ResolvedTarget } from "./options.js";
import { totp } from "./totp.js";

/** A question that wants another password than the one there is. */
export const NEW_PASSWORD =
  /\b(?:new|retype|re-enter|change)\b.{0,40}\bpassword\b|\bpassword\b.{0,40}\bexpired\b/i;
const PASSWORD = /\bpass(?:word|wort|phrase)|\bkennwort|\bmot de passe|\bcontrase|\bsenha\b|密码|パスワード/i;
/** A question for what somebody has, beside what they know. */
const SECOND_FACTOR =
  /\b(?:code|token|otp|totp|one[- ]time|verification|passcode|pass code|factor|duo|challenge|pin)\b/i;

interface Question {
  readonly prompt: string;
}

/** Answers what a server asks at the keyboard ("keyboard-interactive"), as far as it was told what to say. */
export class Questions {
  readonly #target: ResolvedTarget;
  readonly #answers: string[];
  #gavePassword = false;
  #unanswered: string | undefined;

  constructor(target: ResolvedTarget) {
    this.#target = target;
    this.#answers = [...(target.answers ?? [])];
  }

  /** Whether there is more to say than the password. */
  get knowsMore(): boolean {
    return this.#target.totp !== undefined || this.#target.answers !== undefined;
  }

  /** Whether there is anything to say. */
  get knowsAnything(): boolean {
    return this.knowsMore || this.#target.password !== undefined;
  }

  /** The first question that could not be answered; undefined if none was. */
  get unanswered(): string | undefined {
    return this.#unanswered;
  }

  /** It was given in another way, and was right: what is asked now is something else. */
  passwordWasRight(): void {
    this.#gavePassword = true;
  }

  /** An answer to each, or none at all where one of them has none. */
  answer(questions: readonly Question[]): string[] {
    const answers: string[] = [];
    for (const { prompt } of questions) {
      const asked = cut(prompt).trim();
      const answer = this.#answerTo(asked);
      if (answer === undefined) {
        this.#unanswered ??= asked;
        return [];
      }
      answers.push(answer);
    }
    return answers;
  }

  #answerTo(asked: string): string | undefined {
    const { password, totp: secret } = this.#target;
    if (NEW_PASSWORD.test(asked)) return undefined;
    const isSecond = SECOND_FACTOR.test(asked);
    if (isSecond && secret !== undefined) return totp(secret, Date.now());
    const isFor = PASSWORD.test(asked) && !isSecond;
    const answer = isFor ? undefined : this.#answers.shift();
    if (answer !== undefined || isSecond) return answer;
    // Asked again, it was wrong: once more would be one failed login more.
    if (password === undefined || this.#gavePassword) return this.#answers.shift();
    this.#gavePassword = true;
    return password;
  }
}
