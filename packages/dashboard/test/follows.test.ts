import { memoryTransport, RemoteTree } from "@daybook/testing";
import { expect, onTestFinished, test } from "vitest";
import { place, sourceOf, type Place } from "./support/place.js";

interface Overview {
  sources: { hours: Record<string, number> }[];
  answers: unknown;
}

const hoursOf = async ({ json }: Place) => (await json<Overview>("/api/v1/overview")).sources[0]!.hours;
const firstDay = async ({ json }: Place) =>
  (await json<{ sources: { days: string[] }[] }>("/api/v1/availability")).sources[0]!.days[0]!;

function gate(): { opened: Promise<void>; open: () => void } {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  onTestFinished(open);
  return { opened, open };
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
  expect(answers).toContain("2 hours with files still to come, missing or damaged");

  reads.open();
  await running;
  expect(await firstDay(shown)).toMatch(/^cc-/);
});
