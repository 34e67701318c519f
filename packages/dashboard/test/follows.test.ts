import { MemoryStore, type SlotGlimpse, type SlotRecord } from "@daybook/core";
import { memoryTransport, RemoteTree } from "@daybook/testing";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { place, sourceOf, type Place } from "./support/place.js";

interface Overview {
  sources: { hours: Record<string, number> }[];
  answers: unknown;
}

const hoursOf = async ({ json }: Place) => (await json<Overview>("/api/v1/overview")).sources[0]!.hours;
const firstDay = async ({ json }: Place) =>
  (await json<{ sources: { days: string[] }[] }>("/api/v1/availability")).sources[0]!.days[0]!;

afterEach(() => void vi.useRealTimers());

function gate(): { opened: Promise<void>; open: () => void } {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  onTestFinished(open);
  return { opened, open };
}

/** A ledger that answers the next question for hours with what it held when asked, but only once the gate is open. */
class SlowStore extends MemoryStore {
  #next: { opened: Promise<void>; read: () => void } | undefined;

  /** Resolves once the question is there. */
  async holdNext(opened: Promise<void>): Promise<void> {
    await new Promise<void>((read) => (this.#next = { opened, read }));
  }

  override async *glimpses(...question: Parameters<MemoryStore["glimpses"]>): AsyncIterable<SlotGlimpse> {
    const held = this.#next;
    this.#next = undefined;
    const found: SlotGlimpse[] = [];
    for await (const glimpse of super.glimpses(...question)) found.push(glimpse);
    held?.read();
    await held?.opened;
    yield* found;
  }
}

/** The second hour of a source that has it whole is listed again, and that fails. */
async function failSecondHour({ daybook, store, live }: Place): Promise<void> {
  const records: SlotRecord[] = [];
  for await (const { record } of daybook.slots({ sources: ["RMA1"] })) if (record) records.push(record);
  const { source, path, start, end } = records[1]!;
  await store.record([{ kind: "visit", visit: { ...records[1]!, listing: "failed", closed: false } }]);
  const listed = { slot: path, start, end, lane: "live", listing: "failed", found: 0 } as const;
  live.on({ type: "slot-visited", source, at: new Date(), ...listed });
}

test("hours that were listed are told so while their files are still on their way", async () => {
  const range = { start: new Date("2025-01-01T00:00Z"), end: new Date("2025-01-01T02:00Z") };
  const tree = new RemoteTree();
  for (const hour of ["00", "01"])
    tree.put(`/L2/RMA1/2025/01/01/${hour}/RMA1_20250101T${hour}0000Z.BUFR`, "x", range.end);
  const reads = gate();
  const transport = memoryTransport({ tree, faults: { onRead: () => ({ wait: reads.opened }) } });
  const shown = await place({ fill: false, sources: [{ ...sourceOf("RMA1", range), plugins: [transport] }] });
  expect(await hoursOf(shown)).toMatchObject({ unseen: 2, partial: 0 });

  const running = shown.daybook.run();
  await expect.poll(() => shown.live.transfers.length).toBe(2);
  expect(await hoursOf(shown)).toMatchObject({ unseen: 0, partial: 2 });
  expect(await firstDay(shown)).toMatch(/^pp-/);
  const answers = JSON.stringify((await shown.json<Overview>("/api/v1/overview")).answers);
  expect(answers).not.toContain("listed");
  expect(answers).toContain(
    "2 hours with files still to come, given up or gone, or lines that can't be read",
  );

  reads.open();
  await running;
  expect(await firstDay(shown)).toMatch(/^cc-/);
});

test("two who ask at once are told the same, though the hours are read for one of them already", async () => {
  const store = new SlowStore();
  const shown = await place({ store, radars: ["RMA1"] });
  expect(await firstDay(shown)).toMatch(/^mc/);
  await failSecondHour(shown);
  const answer = gate();
  const asked = store.holdNext(answer.opened);
  const first = firstDay(shown);
  await asked;
  const second = firstDay(shown);
  // Long enough for an answer that waits for nothing.
  for (let turn = 0; turn < 20; turn++) await shown.get("/healthz");
  answer.open();
  expect(await first).toMatch(/^mf/);
  expect(await second).toMatch(/^mf/);
});

test("what was read before an hour changed, and is answered after, doesn't bring back what it was", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const store = new SlowStore();
  const shown = await place({ store, radars: ["RMA1"] });
  expect(await firstDay(shown)).toMatch(/^mc/);
  vi.advanceTimersByTime(60_000);
  const answer = gate();
  const asked = store.holdNext(answer.opened);
  expect(await firstDay(shown)).toMatch(/^mc/);
  await asked;
  await failSecondHour(shown);
  expect(await firstDay(shown)).toMatch(/^mf/);
  answer.open();
  for (let turn = 0; turn < 20; turn++) expect(await firstDay(shown)).toMatch(/^mf/);
});
