import { storeBorderCases } from "./store-border-cases.js";
import { storeEventCases } from "./store-event-cases.js";
import { storeFenceCases } from "./store-fence-cases.js";
import { storeFileCases } from "./store-file-cases.js";
import { storeFindCases } from "./store-find-cases.js";
import type { StoreCase, StoreTraits } from "./store-fixture.js";
import { storeLeaseCases } from "./store-lease-cases.js";
import { storeLifeCases } from "./store-life-cases.js";
import { storeNoteCases } from "./store-note-cases.js";
import { storeOutboxCases } from "./store-outbox-cases.js";
import { storePlaceCases } from "./store-place-cases.js";
import { storePlannedCases } from "./store-planned-cases.js";
import { storeRecordCases } from "./store-record-cases.js";
import { storeSlotCases } from "./store-slot-cases.js";
import { storeStateCases } from "./store-state-cases.js";
import { storeSummaryCases } from "./store-summary-cases.js";

/** The contract every `StateStore` keeps. Each case is given an empty, opened ledger of its own; see `StoreFixture`. */
export function storeCases(traits: StoreTraits): StoreCase[] {
  return [
    ...storeLifeCases(traits),
    ...storeSlotCases,
    ...storeStateCases,
    ...storeFileCases,
    ...storeRecordCases,
    ...storeBorderCases,
    ...storeFindCases,
    ...storeSummaryCases,
    ...storeEventCases,
    ...storeOutboxCases(traits),
    ...storeNoteCases(traits),
    ...storePlaceCases,
    ...storePlannedCases(traits),
    ...storeLeaseCases(traits),
    ...storeFenceCases(traits),
  ];
}
