import { createHash } from "node:crypto";
import { template } from "@daybook/core";

export const SOURCES = ["RMA1", "RMA2", "RMA3", "RMA4"];
/** An hour's slot holds twelve directories of ten files. */
const DIRECTORIES = 12;
const FILES = 10;
const PER_SLOT = DIRECTORIES * FILES;
const HOUR = 3_600_000;
/** When the first slot starts. */
export const FIRST = Date.UTC(2020, 0, 1);
export const SELECTION = "all";

export const layoutOf = (source) =>
  template(
    "/L2/{radar}/{yyyy}/{MM}/{dd}/{HH}/{mm}{ss}/{radar}_{strategy}_{volume}_{field}_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.BUFR",
    { radar: source },
  );

const digestOf = (source) => createHash("sha256").update(layoutOf(source).key).digest("hex").slice(0, 12);

/** How many hours each source has in a ledger of so many files. */
export const hoursOf = (files) => Math.ceil(files / SOURCES.length / PER_SLOT);

/** The path of one of an hour's files. */
export function filePath(source, hour, n) {
  const directory = n % DIRECTORIES;
  const at = new Date(FIRST + hour * HOUR + directory * 300_000 + 20_000).toISOString();
  const [date, time] = [at.slice(0, 10), at.slice(11, 19).replaceAll(":", "")];
  const name = `${source}_0315_01_F${Math.floor(n / DIRECTORIES) % FILES}_${date.replaceAll("-", "")}T${time}Z.BUFR`;
  return `/L2/${source}/${date.replaceAll("-", "/")}/${at.slice(11, 13)}/${time.slice(2)}/${name}`;
}

/** A thousand paths from all over the history of a source. */
export const scatteredPaths = (files, source) =>
  Array.from({ length: 1_000 }, (_, i) => filePath(source, (i * 7_919) % hoursOf(files), i * 13));

/** A thousand paths as neighbouring listings have them. */
export const neighbouringPaths = (files, source) =>
  Array.from({ length: 1_000 }, (_, i) =>
    filePath(source, (hoursOf(files) >> 1) + Math.floor(i / PER_SLOT), i % PER_SLOT),
  );

/**
 * Records a ledger of so many files through the store, as a crawl does: a visit and its files at a time. In every
 * source an hour in a hundred is missing at the source, and an hour in five hundred has a file that was given up.
 */
export async function fillLedger(store, files, progress = () => {}) {
  const hours = hoursOf(files);
  for (let hour = 0; hour < hours; hour++) {
    await Promise.all(SOURCES.map((source) => store.record([...anHour(source, hour)])));
    if (hour % 1_000 === 0) progress(hour / hours);
  }
  for (const source of SOURCES) {
    const stretch = { start: new Date(FIRST), end: new Date(FIRST + hours * HOUR), slots: hours };
    const planned = { layout: digestOf(source), selection: SELECTION, ...stretch };
    await store.record([{ kind: "planned", source, stretch: planned }]);
  }
}

function* anHour(source, hour) {
  const start = new Date(FIRST + hour * HOUR);
  const path = filePath(source, hour, 0).slice(0, `/L2/${source}/2020/01/01/00`.length);
  const seen = new Date(start.getTime() + 2 * HOUR);
  const none = { count: 0, names: [] };
  const missing = hour % 100 === 7;
  const visit = {
    source,
    path,
    start,
    end: new Date(start.getTime() + HOUR),
    listing: missing ? "missing" : "entries",
    visitedAt: seen,
    listedAt: seen,
    closed: true,
    failures: 0,
    selection: SELECTION,
    skipped: none,
    unreadable: none,
  };
  yield { kind: "visit", visit };
  for (let n = 0; n < PER_SLOT && !missing; n++) {
    const file = filePath(source, hour, n);
    const given =
      hour % 500 === 11 && n === 0 ? { status: "quarantined", version: 0, reason: "cut short" } : {};
    yield {
      kind: "file",
      file: {
        source,
        path: file,
        slot: path,
        observedAt: new Date(start.getTime() + (n % DIRECTORIES) * 300_000 + 20_000),
        status: "stored",
        size: 100_000 + n,
        modifiedAt: new Date(start.getTime() + HOUR),
        firstSeenAt: seen,
        sha256: hex(hour, n),
        location: `${source}${file.slice(`/L2/${source}`.length)}`,
        storedAt: seen,
        version: 1,
        attempts: 0,
        ...given,
      },
    };
  }
}

/** 32 bytes that no compression could make less of; a real hash would take longer than the ledger's own work. */
function hex(hour, n) {
  let state = (hour * PER_SLOT + n + 1) >>> 0;
  let text = "";
  for (let i = 0; i < 8; i++) {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    text += state.toString(16).padStart(8, "0");
  }
  return text;
}
