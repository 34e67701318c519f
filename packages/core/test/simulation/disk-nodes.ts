/** The power fails. */
export interface PowerCut {
  /** How much of what was not synced is there all the same. */
  readonly kept: (most: number) => number;
  /** What happened up to here, in epoch ms, had been written in the course of time. */
  readonly written: number;
}

/** A file's bytes, and what of them would outlast a power cut. */
export class DiskFile {
  #bytes: Buffer = Buffer.alloc(0);
  size = 0;
  /** Epoch ms. */
  modifiedAt: number;
  #synced: { readonly bytes: Buffer; readonly modifiedAt: number };
  #dirty = false;
  #dirtyAt = 0;

  constructor(now: number) {
    this.modifiedAt = now;
    this.#synced = { bytes: Buffer.alloc(0), modifiedAt: now };
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.size);
  }

  write(from: Uint8Array, position: number, now: number): void {
    const end = position + from.length;
    if (end > this.#bytes.length) {
      const room = Buffer.alloc(Math.max(end, 2 * this.#bytes.length));
      this.#bytes.copy(room, 0, 0, this.size);
      this.#bytes = room;
    }
    this.#bytes.set(from, position);
    this.size = Math.max(this.size, end);
    this.modifiedAt = now;
    this.#dirty = true;
    this.#dirtyAt = now;
  }

  truncate(size: number, now: number): void {
    this.size = Math.min(size, this.size);
    this.modifiedAt = now;
    this.#dirty = true;
    this.#dirtyAt = now;
  }

  sync(): void {
    this.#synced = this.#dirty
      ? { bytes: Buffer.from(this.bytes), modifiedAt: this.modifiedAt }
      : { ...this.#synced, modifiedAt: this.modifiedAt };
    this.#dirty = false;
  }

  cut({ kept, written }: PowerCut): void {
    if (this.#dirtyAt <= written) this.sync();
    const { bytes, modifiedAt } = this.#synced;
    if (this.#dirty) {
      const common = this.size >= bytes.length && this.bytes.subarray(0, bytes.length).equals(bytes);
      const left = common ? bytes.length + kept(this.size - bytes.length) : bytes.length;
      this.#bytes = Buffer.from((common ? this.bytes : bytes).subarray(0, left));
      this.size = left;
    }
    this.modifiedAt = modifiedAt;
    this.sync();
  }
}

/** A change of names that a power cut may undo until one of its directories is synced. */
interface Change {
  readonly at: number;
  /** Those that it takes or gives. */
  readonly names: readonly string[];
  readonly apply: () => void;
  readonly directories: readonly DiskDirectory[];
}

export type DiskNode = DiskFile | DiskDirectory;

/** A directory's names, and those that would outlast a power cut. */
export class DiskDirectory {
  entries = new Map<string, DiskNode>();
  #lasting = new Map<string, DiskNode>();
  #pending: Change[] = [];

  link(name: string, node: DiskNode, now: number): void {
    this.entries.set(name, node);
    this.#note({ at: now, names: [name], apply: () => this.#lasting.set(name, node), directories: [this] });
  }

  unlink(name: string, now: number): void {
    this.entries.delete(name);
    this.#note({ at: now, names: [name], apply: () => this.#lasting.delete(name), directories: [this] });
  }

  /** One change for both directories: after a power cut the file has one of its names. */
  rename(name: string, to: DiskDirectory, newName: string, now: number): void {
    const node = this.entries.get(name)!;
    this.entries.delete(name);
    to.entries.set(newName, node);
    const before = this.#pending.filter(({ names }) => names.includes(name));
    const apply = () => {
      // What happened to the old name before comes first, or it would bring that back.
      for (const change of before) if (this.#pending.includes(change)) change.directories[0]!.#apply(change);
      this.#lasting.delete(name);
      to.#lasting.set(newName, node);
    };
    this.#note({
      at: now,
      names: [name, newName],
      apply,
      directories: this === to ? [this] : [this, to],
    });
  }

  sync(): void {
    this.#keep(this.#pending.length);
  }

  cut(power: PowerCut): void {
    this.#keep(this.#pending.filter(({ at }) => at <= power.written).length);
    this.#keep(power.kept(this.#pending.length));
    for (const change of this.#pending) for (const other of change.directories) other.#drop(change);
    this.entries = new Map(this.#lasting);
    for (const node of this.entries.values()) node.cut(power);
  }

  #note(change: Change): void {
    for (const directory of change.directories) directory.#pending.push(change);
  }

  #keep(count: number): void {
    for (const change of this.#pending.slice(0, count))
      if (this.#pending.includes(change)) this.#apply(change);
  }

  #apply(change: Change): void {
    change.apply();
    for (const directory of change.directories) directory.#drop(change);
  }

  #drop(change: Change): void {
    this.#pending = this.#pending.filter((each) => each !== change);
  }
}
