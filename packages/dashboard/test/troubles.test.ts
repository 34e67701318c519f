import { DaybookError, MemoryStore } from "@daybook/core";
import { expect, test } from "vitest";
import { place } from "./support/place.js";

interface Overview {
  answers: { headline: string; details: string[] }[];
  sources: {
    name: string;
    flow: string;
    because?: string;
    detail?: string;
    since?: string;
    until?: string;
  }[];
  clock?: { detail: string; since: string };
  hostFacts: { endpoint: string; value: string }[];
}

const at = new Date("2025-01-10T12:00Z");
const note = (key: string, value: object | string) => ({
  ...{ kind: "note" as const, key, at },
  value: typeof value === "string" ? value : JSON.stringify(value),
});

test("what stands in the way of another process's run is shown from the ledger", async () => {
  const store = new MemoryStore();
  await store.open();
  const nextTryAt = new Date("2025-01-10T12:07Z");
  await store.record([
    note("trouble/login/RMA1", { detail: "530 no", kind: "auth", nextTryAt }),
    note("trouble/clock/", { detail: "this machine's clock says 2031" }),
    note("trouble/later/RMA1", { detail: "of a Daybook to come" }),
    note("trouble/login/RMA5", "not JSON"),
    note("trouble/login/GONE", { detail: "no source of ours" }),
    { ...note("host/ftp://radar:21/no-epsv", "EPSV is refused, so PASV is used"), at: new Date() },
  ]);
  const { json, get, live } = await place({ store });
  const { sources, clock, answers, hostFacts } = await json<Overview>("/api/v1/overview");
  expect(sources[0]).toMatchObject({
    ...{ flow: "paused", because: "login", detail: "530 no", since: at.toISOString() },
    until: nextTryAt.toISOString(),
  });
  expect(sources[1]!.flow).toBe("over");
  expect(clock).toEqual({ detail: "this machine's clock says 2031", since: at.toISOString() });
  expect(answers[0]!.details[0]).toBe("RMA1 waits: its log-in is refused");
  expect(hostFacts).toMatchObject([
    { endpoint: "ftp://radar:21", value: "EPSV is refused, so PASV is used" },
  ]);
  live.on({
    ...{ type: "source-paused", because: "ledger", source: "RMA5", at, nextTryAt },
    error: new DaybookError("no-space", "the disk is full"),
  });
  const waits = (await json<Overview>("/api/v1/overview")).sources[1];
  expect(waits).toMatchObject({ flow: "paused", because: "ledger", detail: "the disk is full" });
  const metrics = await (await get("/metrics")).text();
  expect(metrics).toContain('daybook_source_paused{source="RMA1",because="login"} 1\n');
  expect(metrics).toContain('daybook_source_paused{source="RMA5",because="login"} 0\n');
  expect(metrics).toContain('daybook_source_up{source="RMA1"} 0\n');
  expect(metrics).toContain("daybook_clock_doubtful 1\n");
});
