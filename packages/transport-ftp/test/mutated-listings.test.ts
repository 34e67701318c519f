import { expect, test } from "vitest";
import { isDaybookError } from "@daybook/core";
import { verdictOf } from "../src/listing-verdict.js";
import { FOLDER, mutated, OURS, SIZE } from "./support/mutated-listing.js";
import type { Mutated } from "./support/mutated-listing.js";
import { pick, random } from "./support/random.js";
import { read } from "./support/reading.js";
import { scripted } from "./support/script-server.js";
import type { Talk } from "./support/script-server.js";

// Our file is in the folder. Whatever becomes of its listing on the way, it is never taken to be whole without the file, unless no
// trace of it is left. DAYBOOK_LISTINGS=n for more, DAYBOOK_LISTINGS_SEED=n to see one again.
const LISTINGS = Number(process.env["DAYBOOK_LISTINGS"] ?? 100_000);
const TALKS = Math.ceil(LISTINGS / 500);
const SEED = Number(process.env["DAYBOOK_LISTINGS_SEED"] ?? Date.now() % 1_000_000_000);

const STYLES = ["list", "mlsd"] as const;

/** What is wrong with taking these names for all of the folder; undefined if nothing. */
function wrong(sent: Mutated, names: readonly string[]): string | undefined {
  if (sent.betrayed !== undefined) return sent.betrayed;
  if (sent.ours === "absent" || names.includes(OURS)) return undefined;
  // Garbled, it may be called something else.
  if (sent.ours === "touched" && names.some((name) => !sent.others.includes(name))) return undefined;
  return `its line is ${sent.ours}`;
}

test(`${LISTINGS} listings with something wrong are never whole without what they hold (seed ${SEED})`, () => {
  for (let n = 0; n < LISTINGS; n++) {
    const next = random(SEED + n);
    const style = pick(STYLES, next);
    const sent = mutated(style, next);
    const { entries, evidence } = read(Buffer.from(sent.text, "latin1"), { style, directory: FOLDER });
    const verdict = verdictOf(evidence, sent.reply, { directory: FOLDER, longest: 0 });
    const settles =
      verdict.is === "missing" || (["entries", "empty"].includes(verdict.is) && evidence.unreadable === 0);
    if (!settles) continue;
    const why = wrong(sent, verdict.is === "entries" ? entries.map(({ name }) => name) : []);
    if (why !== undefined)
      expect.fail(`seed ${SEED + n}: ${verdict.is}, and ${why}: ${JSON.stringify(sent)}`);
  }
}, 600_000);

const ENDINGS = [
  "550 No such file or directory",
  "450 No such file",
  "550 Failed",
  "426 aborted",
  "451 local error",
];

test(`nor are ${TALKS} of them at the transport's door (seed ${SEED})`, async () => {
  for (let n = 0; n < TALKS; n++) {
    const next = random(SEED + n);
    const style = pick(STYLES, next);
    const log: unknown[] = [];
    const sents: Mutated[] = [];
    const list = (talk: Talk) => {
      // Every other command may be answered as it should be.
      const sent = mutated(style, next, next() < 0.2 ? pick(ENDINGS, next) : undefined);
      sents.push(sent);
      log.push([sent.text, sent.reply]);
      talk.send(Buffer.from(sent.text, "latin1"), sent.reply);
    };
    const exists = (path: string) => path === `${FOLDER}/${OURS}`;
    const { transport } = await scripted(
      {
        on: {
          ...(style === "mlsd" && {
            FEAT: "211-Features\r\n UTF8\r\n MLST type*;size*;modify*;\r\n211 End",
            MLSD: list,
          }),
          LIST: list,
          NLST: (talk: Talk) => talk.send(`${OURS}\r\n`),
          SIZE: (talk: Talk, path: string) => talk.say(exists(path) ? `213 ${SIZE}` : "550 no"),
          CWD: (talk: Talk, path: string) =>
            talk.say(FOLDER.startsWith(path) ? "250 ok" : "550 no such directory"),
        },
      },
      { timeout: 3000 },
    );
    const names = await transport.list(FOLDER).then<string[] | undefined, string[] | undefined>(
      ({ entries, complete, unreadable }) =>
        complete && unreadable === undefined ? entries.map(({ name }) => name) : undefined,
      (error: unknown) => {
        if (!isDaybookError(error)) throw error;
        return error.kind === "not-found" ? [] : undefined;
      },
    );
    await transport.close();
    if (names === undefined || names.includes(OURS)) continue;
    // One that could be believed has hidden it.
    if (sents.some((sent) => wrong(sent, names) === undefined)) continue;
    expect.fail(`seed ${SEED + n}: ${JSON.stringify(names)} of ${JSON.stringify(log)}`);
  }
}, 600_000);
