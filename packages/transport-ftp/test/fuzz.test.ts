import type { Socket } from "node:net";
import { HostBudget, isDaybookError } from "@daybook/core";
import { expect, onTestFinished, test } from "vitest";
import { pick, random } from "./support/random.js";
import { readAll } from "./support/setup.js";
import { scripted } from "./support/script-server.js";
import type { Talk } from "./support/script-server.js";

// DAYBOOK_FUZZ=3000 for a night, DAYBOOK_FUZZ_SEED=n to see one again.
const DIALOGUES = Number(process.env["DAYBOOK_FUZZ"] ?? 30);
const SEED = Number(process.env["DAYBOOK_FUZZ_SEED"] ?? Date.now() % 1_000_000);

const FILES = ["a.dat", "b.dat", "c with blanks.dat"];
const contentOf = (path: string) => path.repeat(40);
const sizeOf = (path: string) => contentOf(path).length;
const MLST = "211-Features\r\n UTF8\r\n MLST type*;size*;modify*;\r\n211 End";

type Mutation = (reply: string, next: () => number, socket: Socket) => string | undefined;

const CODES = [
  100, 120, 150, 200, 220, 226, 227, 229, 230, 331, 332, 350, 421, 425, 426, 450, 451, 500, 530, 550,
];
const WORDS = [
  "no such file",
  "too many transfers",
  "permission denied",
  "busy",
  "use TLS",
  "14 matches total",
];

const MUTATIONS: readonly Mutation[] = [
  () => undefined,
  (reply) => reply + reply,
  (reply, next) => pick(CODES, next) + reply.slice(3),
  (reply, next) => `${pick(CODES, next)} ${pick(WORDS, next)}\r\n`,
  (reply, next) => `${reply}${pick(CODES, next)} unasked\r\n`,
  (reply, next) => reply.slice(0, Math.floor(next() * reply.length)),
  (reply) => `${reply.slice(0, 3)}-${reply.slice(4)}`,
  (reply) => reply.replaceAll("\r\n", ""),
  (reply) => reply.replaceAll("\r\n", "\n"),
  (reply) => `${reply.slice(0, 3)}-${"x".repeat(200_000)}\r\n${reply}`,
  (reply) => `${"150 wait\r\n".repeat(50)}${reply}`,
  (reply) => `${reply.slice(0, 4)}${"1".repeat(60_000)}\r\n`,
  (reply, next) => {
    const at = Math.floor(next() * reply.length);
    return reply.slice(0, at) + String.fromCharCode(Math.floor(next() * 256)) + reply.slice(at + 1);
  },
  (reply, next) => reply.replace(/\d+(?=[|),])/, () => String(Math.floor(next() * 70_000))),
  (reply, _, socket) => {
    socket.end(reply);
    return undefined;
  },
  (_, __, socket) => {
    socket.destroy();
    return undefined;
  },
];

test(`whatever a server says, nothing breaks, and what is said right is believed (seed ${SEED})`, async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  process.on("unhandledRejection", note);
  onTestFinished(() => void process.off("unhandledRejection", note));
  for (let n = 0; n < DIALOGUES; n++) await dialogue(SEED + n);
  expect(unhandled).toEqual([]);
  expect(process.memoryUsage().heapUsed).toBeLessThan(600 * 1024 * 1024);
}, 3_600_000);

async function dialogue(seed: number): Promise<void> {
  const next = random(seed);
  const mlsd = next() < 0.5;
  const often = next() * 0.3;
  let clean = false;
  const budget = new HostBudget({ connections: 2 });
  const line = (name: string) =>
    mlsd
      ? `type=file;size=${sizeOf(`/d/${name}`)};modify=20250115183100; ${name}\r\n`
      : `-rw-r--r-- 1 a b ${sizeOf(`/d/${name}`)} Jan 15 2025 ${name}\r\n`;
  const listing = (talk: Talk) => talk.send(FILES.map(line).join(""));
  const { transport } = await scripted(
    {
      rewrite: (reply, socket) =>
        clean || next() >= often ? reply : pick(MUTATIONS, next)(reply, next, socket),
      on: {
        ...(mlsd && { FEAT: MLST, MLSD: listing }),
        LIST: listing,
        NLST: (talk: Talk) => talk.send(FILES.map((name) => `${name}\r\n`).join("")),
        SIZE: (talk: Talk, path: string) => talk.say(`213 ${sizeOf(path)}`),
        RETR: (talk: Talk, path: string) => {
          const whole = contentOf(path);
          talk.send(clean || next() >= often ? whole : whole.slice(0, Math.floor(next() * whole.length)));
        },
      },
    },
    { timeout: 60, connections: 2, budget },
  );
  const look = async () => {
    const { entries, complete } = await transport.list("/d");
    // A listing that is called whole is.
    if (complete) expect(entries.map(({ name }) => name).sort(), `seed ${seed}`).toEqual(FILES);
    return complete;
  };
  const fetch = async (name: string) => {
    const path = `/d/${name}`;
    const bytes = await readAll(transport.read(path, { size: sizeOf(path) }));
    expect(String(bytes), `seed ${seed}`).toBe(contentOf(path));
  };
  const attempt = async (work: Promise<unknown>) => {
    try {
      await work;
    } catch (error) {
      if (!isDaybookError(error)) throw error;
    }
  };
  for (let round = 0; round < 2; round++) await Promise.all([look(), ...FILES.map(fetch)].map(attempt));
  // Once it speaks as it should, everything is had, whatever was learnt of it before.
  clean = true;
  budget.forgetRefusals();
  const atLast = async (work: () => Promise<unknown>) => {
    for (let tries = 0; ; tries++) {
      try {
        return await work();
      } catch (error) {
        if (tries === 5) throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
      }
    }
  };
  for (const name of FILES) await atLast(() => fetch(name));
  expect(await atLast(look), `seed ${seed}`).toBe(true);
}
