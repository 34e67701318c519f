import type { CrawlEvent } from "@daybook/core";

export type Labels = Readonly<Record<string, string>>;

/** A number for each set of labels. */
export class Tally {
  readonly #values = new Map<string, { labels: Labels; value: number }>();

  add(labels: Labels, by = 1): void {
    const key = JSON.stringify(labels);
    const found = this.#values.get(key);
    if (found) found.value += by;
    else this.#values.set(key, { labels, value: by });
  }

  get values(): Iterable<{ readonly labels: Labels; readonly value: number }> {
    return this.#values.values();
  }
}

/** What this process did since it began; sums that only grow. Their size depends on sources and kinds, not on files. */
export class Counters {
  readonly files = new Tally();
  readonly bytes = new Tally();
  /** Attempts that failed and will be tried again, by kind of error. */
  readonly retries = new Tally();
  readonly quarantined = new Tally();
  readonly visits = new Tally();
  readonly hostDowns = new Tally();

  count(event: CrawlEvent): void {
    const { source } = event;
    switch (event.type) {
      case "slot-visited":
        return this.visits.add({ source, lane: event.lane, listing: event.listing });
      case "file-stored":
        if (event.adopted) return;
        this.files.add({ source });
        return this.bytes.add({ source }, event.file.size ?? 0);
      case "file-failed":
        if (event.error.kind !== "cancelled") this.retries.add({ source, class: event.error.kind });
        return;
      case "file-quarantined":
        return this.quarantined.add({ source, class: event.error.kind });
      case "host-down":
        return this.hostDowns.add({ source });
    }
  }
}
