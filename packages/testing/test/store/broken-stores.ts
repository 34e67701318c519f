import { brokenBorder } from "./broken-border.js";
import { brokenFinds } from "./broken-finds.js";
import { brokenNotes } from "./broken-notes.js";
import { brokenPlaces } from "./broken-places.js";
import { brokenOutbox } from "./broken-outbox.js";
import { brokenRecords } from "./broken-records.js";
import { brokenSlots } from "./broken-slots.js";
import type { Break } from "./broken-store.js";

/** By what each does wrong. Every one has to fail a case of the kit, and every case has to fail for one of them. */
export const brokenStores: Record<string, Break> = {
  ...brokenSlots,
  ...brokenRecords,
  ...brokenBorder,
  ...brokenFinds,
  ...brokenOutbox,
  ...brokenNotes,
  ...brokenPlaces,
};
