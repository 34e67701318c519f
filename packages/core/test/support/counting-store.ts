import { MemoryStore, type SlotFilter, type StateStore, type TimeRange } from "@daybook/core";

/** Counts what a ledger is asked, and the rows it hands over or is handed. */
export class CountingStore implements StateStore {
  readonly counts = new Map<string, number>();
  readonly #inner = new MemoryStore();

  open = () => this.#inner.open();
  close = () => this.#inner.close();
  slots = (source: string, range: TimeRange, filter?: SlotFilter) =>
    this.#rows("slots", this.#inner.slots(source, range, filter));
  glimpses: StateStore["glimpses"] = (...query) => this.#rows("glimpses", this.#inner.glimpses(...query));
  find: StateStore["find"] = (query) => this.#rows("find", this.#inner.find(query));
  events: StateStore["events"] = (source, path) => this.#rows("events", this.#inner.events(source, path));
  files: StateStore["files"] = (source, paths) => {
    this.#count("calls files");
    this.#count("rows files", paths.length);
    return this.#inner.files(source, paths);
  };
  record: StateStore["record"] = (changes, options) => {
    this.#count("calls record");
    this.#count("rows record", changes.length);
    return this.#inner.record(changes, options);
  };
  summarize: StateStore["summarize"] = (query) => {
    this.#count("calls summarize");
    return this.#inner.summarize(query);
  };
  lease: StateStore["lease"] = (name, holder, ttl, now) => this.#inner.lease(name, holder, ttl, now);
  planned: StateStore["planned"] = (source) => {
    this.#count("calls planned");
    return this.#inner.planned(source);
  };
  messages: StateStore["messages"] = (hook, limit) => this.#inner.messages(hook, limit);
  backlog: StateStore["backlog"] = () => this.#inner.backlog();
  filesAt: StateStore["filesAt"] = (locations) => this.#inner.filesAt(locations);
  notes: StateStore["notes"] = (prefix) => this.#inner.notes(prefix);
  leaseHolder: StateStore["leaseHolder"] = (name, now) => this.#inner.leaseHolder(name, now);

  async *#rows<T>(what: string, rows: AsyncIterable<T>): AsyncIterable<T> {
    this.#count(`calls ${what}`);
    for await (const row of rows) {
      this.#count(`rows ${what}`);
      yield row;
    }
  }

  #count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }
}
