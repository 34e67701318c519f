import type { Fence, RecordOptions } from "@daybook/core";
import { checkChanges, DaybookError, fencesOf, refusalOf } from "@daybook/core";
import { type Break, recording } from "./broken-store.js";

const without = (options: RecordOptions | undefined, fence: Fence | undefined): RecordOptions => ({
  now: options?.now,
  fence: fence ?? [],
});

/** What goes wrong with records that can't be, and with fences. */
export const brokenBorder: Record<string, Break> = {
  "drops what it can't hold without a word": (s) =>
    recording(s, (changes) => changes.filter((change) => !refusalOf(change))),
  "doesn't say which record it refuses": (s) => ({
    record: async (changes, options) => {
      try {
        checkChanges(changes);
      } catch {
        throw new DaybookError("store", "no", { code: "record-refused", retry: "no" });
      }
      await s.record(changes, options);
    },
  }),
  "doesn't say that a slot it doesn't know is a refusal": (s) => ({
    record: (changes, options) =>
      s.record(changes, options).catch((error: DaybookError) => {
        if (/isn't in the ledger/.test(error.detail)) throw new DaybookError("store", error.detail);
        throw error;
      }),
  }),
  "keeps times to the year 9999": (s) =>
    recording(s, (changes) =>
      changes.map((c) =>
        c.kind === "file" && c.file.modifiedAt && c.file.modifiedAt.getTime() > 253_402_300_800_000
          ? { ...c, file: { ...c.file, modifiedAt: undefined } }
          : c,
      ),
    ),
  "tells sums that no number holds": (s) => ({
    summarize: async (query) => {
      const sum = await s.summarize(query);
      const bytes = sum.files.bytes === Number.MAX_SAFE_INTEGER ? 2 ** 60 : sum.files.bytes;
      return { ...sum, files: { ...sum.files, bytes } };
    },
  }),
  "refuses words that can't be printed": (s) => ({
    record: async (changes, options) => {
      for (const c of changes)
        if (c.kind === "event" && c.event.detail?.includes("\0"))
          throw new DaybookError("store", "no", { code: "record-refused", retry: "no", path: c.event.path });
      await s.record(changes, options);
    },
  }),
  "knows no fence": (s) => ({ record: (changes) => s.record(changes) }),
  "looks at the first fence only": (s) => ({
    record: (changes, options) => s.record(changes, without(options, fencesOf(options)[0])),
  }),
  "looks at fences before it waits, and not again": (s) => ({
    record: async (changes, options) => {
      await s.record([], options);
      await new Promise((resolve) => setImmediate(resolve));
      await s.record(changes);
    },
  }),
  "never lets a lease that nobody took run out": (s) => ({
    record: (changes, options) => s.record(changes, { ...options, now: undefined }),
  }),
};
