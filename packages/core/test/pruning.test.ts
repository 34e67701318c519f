import { template, type TemplateOptions } from "@daybook/core";
import { describe, expect, it } from "vitest";
import { error } from "./support/made-up.js";
import { HOUR, Mirror } from "./support/mirror.js";

const STATION_FIRST = "/obs/{station}/{yyyy}/{MM}/{dd}/{station}_{yyyy}{MM}{dd}T{HH}{mm}.dat";

/** Two stations, a file on the fifteenth of every month of these years. */
function archive(years: readonly number[]): Mirror {
  const mirror = new Mirror({
    now: "2026-06-01T00:00:00Z",
    source: {
      layout: template(STATION_FIRST),
      start: "2025-01-15T00:00:00Z",
      end: "2025-01-15T01:00:00Z",
    },
  });
  for (const station of ["AAA", "BBB"])
    for (const year of years)
      for (let month = 1; month <= 12; month++) {
        const day = `${String(month).padStart(2, "0")}/15`;
        const name = `${station}_${year}${day.replace("/", "")}T0000.dat`;
        mirror.tree.put(`/obs/${station}/${year}/${day}/${name}`, name, new Date("2026-01-01T00:00:00Z"));
      }
  return mirror;
}

it("folders of other times aren't listed, however many years there are", async () => {
  const [few, many] = [archive([2025]), archive(Array.from({ length: 30 }, (_, n) => 2000 + n))];
  for (const mirror of [few, many]) {
    await mirror.run({ once: true });
    expect(Object.keys(mirror.home())).toHaveLength(2);
  }
  expect(many.transport.calls.list.sort()).toEqual(few.transport.calls.list.sort());
  // The root, and for each station itself, the year, the month and the day.
  expect(many.transport.calls.list).toHaveLength(1 + 2 * 4);
});

it("files that wait in folders of other times aren't taken for gone", async () => {
  const mirror = archive([2025]);
  mirror.restart({ source: { start: "2025-01-01T00:00:00Z", end: "2025-12-31T00:00:00Z" } });
  mirror.transport.faults = { onRead: (path) => ({ fail: error("not-found", { operation: "read", path }) }) };
  await mirror.run({ once: true });
  mirror.transport.faults = {};
  mirror.restart();
  await mirror.clock.advance(24 * HOUR);
  await mirror.run({ once: true });
  const gone = (await mirror.files()).filter(({ status }) => status === "gone");
  expect(gone.map(({ reason }) => reason)).toEqual(
    Array.from({ length: 2 * 11 }, () => "it is not asked for any more"),
  );
});

describe("of a folder that says a part of its time those of the moment are entered, and none beside:", () => {
  it.each<{ text: string; at: string; options?: TemplateOptions; yes: string[]; no: string[] }>([
    {
      text: "/d/{st}/{yyyy}/{DDD}/{HH}/{st}_{yyyy}{DDD}{HH}{mm}.x",
      at: "2025-02-01T10:30:00Z",
      yes: ["2025", "2025/032", "2025/032/10"],
      no: ["2024", "2026", "2025/031", "2025/033", "2025/032/09", "2025/032/11"],
    },
    {
      text: "/d/{st}/{YYYY}/W{ww}/{st}_{YYYY}W{ww}-{weekday}T{HH}.x",
      at: "2024-12-31T10:30:00Z",
      yes: ["2024", "2025", "2025/W01"],
      no: ["2025/W02", "2024/W52"],
    },
    {
      text: "/d/{st}/{gpsweek}/{st}{gpsweek}{gpsday}.sp3",
      at: "2024-12-31T10:30:00Z",
      yes: ["2347"],
      no: ["2346", "2348"],
    },
    {
      text: "/d/{st}/{yyyy}/{MM}/{dd}/{st}_{HH}{mm}.x",
      at: "2025-01-01T02:30:00Z",
      options: { zone: "America/Argentina/Buenos_Aires" },
      yes: ["2024", "2024/12", "2024/12/31"],
      no: ["2025", "2024/12/30"],
    },
    {
      // 24:00 is the midnight at which the folder's day ends.
      text: "/d/{st}/{yyyy}/{MM}/{dd}/{st}_{yyyy}{MM}{dd}{HH}{mm}.x",
      at: "2025-01-01T00:00:00Z",
      yes: ["2024", "2024/12", "2024/12/31", "2025", "2025/01", "2025/01/01"],
      no: ["2023", "2024/12/30", "2025/02", "2025/01/02"],
    },
    {
      // A slot of a year, whose folders say months and days; names may be off by an hour, and belong to the next year.
      text: "/d/{yyyy}/{st}/{MM}/{dd}/{st}_{HH}{mm}.x",
      at: "2025-06-15T12:00:00Z",
      options: { tolerance: 3_600_000 },
      yes: ["2025/a", "2025/a/06", "2025/a/06/15"],
      no: ["2025/a/03", "2025/a/06/10"],
    },
    {
      // Which it is isn't known before more is said.
      text: "/d/{st}/{MM}/{yyyy}/{st}_{yyyy}{MM}{dd}.x",
      at: "2025-06-15T12:00:00Z",
      yes: ["06", "07", "06/2025"],
      no: ["07/2025", "06/2024"],
    },
  ])("$text", ({ text, at, options, yes, no }) => {
    const layout = template(text, {}, options);
    const range = { start: new Date(at), end: new Date(Date.parse(at) + 1) };
    const [slot] = layout.slots(range);
    const whole = (path: string) => (text.startsWith("/d/{st}") ? `/d/a/${path}` : `/d/${path}`);
    const entered = [...yes, ...no].filter((path) => layout.enters(slot!, whole(path), range));
    expect(entered).toEqual(yes);
  });

  it("without a range all are", () => {
    const layout = template(STATION_FIRST);
    const [slot] = layout.slots({ start: new Date(0) });
    expect(layout.enters(slot!, "/obs/AAA/1999/01")).toBe(true);
    expect(layout.enters(slot!, "/obs/AAA/1999/13")).toBe(false);
  });
});
