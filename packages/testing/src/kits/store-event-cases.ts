import type { StoreCase } from "./store-fixture.js";
import { all, anEvent, eventOf, hour, same, slotPath, SOURCE } from "./store-fixture.js";

export const storeEventCases: StoreCase[] = [
  {
    name: "a path's events come back as recorded, oldest first",
    async run({ store }) {
      const events = [
        eventOf({ at: new Date(hour(1).getTime() + 1), what: "late" }),
        eventOf({ at: hour(3), detail: 'it\'s "full"\n🛰' }),
        eventOf({ at: hour(1) }),
        eventOf({ at: hour(2), what: "replaced", detail: "" }),
      ];
      await store.record(events.map(anEvent));
      const [late, full, first, replaced] = events;
      same(await all(store.events(SOURCE, eventOf().path)), [first, late, replaced, full]);
    },
  },
  {
    name: "events keep to their source and path, and need no slot or file to be known",
    async run({ store }) {
      await store.record([
        anEvent(eventOf({ what: "ours" })),
        anEvent(eventOf({ what: "theirs", source: "other" })),
        anEvent(eventOf({ what: "slot's", path: slotPath(0) })),
      ]);
      const whats = async (source: string, path: string) =>
        (await all(store.events(source, path))).map((e) => e.what);
      same(await whats(SOURCE, eventOf().path), ["ours"]);
      same(await whats("other", eventOf().path), ["theirs"]);
      same(await whats(SOURCE, slotPath(0)), ["slot's"]);
      same(await whats(SOURCE, "/data"), []);
      same(await whats("nobody", eventOf().path), []);
    },
  },
  {
    name: "a path's events all come, whatever their number",
    async run({ store }) {
      const events = Array.from({ length: 1_200 }, (_, i) =>
        eventOf({ at: hour(Math.floor(i / 3)), what: `${i % 3}` }),
      );
      await store.record(events.map(anEvent));
      const found = await all(store.events(SOURCE, eventOf().path));
      same(
        found.map((event) => event.at),
        events.map((event) => event.at),
      );
    },
  },
  {
    name: "an event recorded again is there once; another at the same instant is kept beside it",
    async run({ store }) {
      await store.record([anEvent(eventOf()), anEvent(eventOf()), anEvent(eventOf({ detail: "reset" }))]);
      await store.record([anEvent(eventOf()), anEvent(eventOf({ what: "late" }))]);
      const events = await all(store.events(SOURCE, eventOf().path));
      same(events.map((e) => `${e.what} ${e.detail}`).sort(), [
        "failed reset",
        "failed undefined",
        "late undefined",
      ]);
    },
  },
];
