import type { DaybookError } from "@daybook/core";

/** What goes wrong, or is waited for, with one listing. */
export type ListFault =
  | { readonly fail: DaybookError }
  /** Never settles until it is aborted or the transport is closed. */
  | { readonly stall: true }
  /** Goes on normally once the promise resolves. */
  | { readonly wait: Promise<unknown> }
  /** `complete: false`, with the first n entries only, or all of them where it is true. */
  | { readonly truncate: true | number }
  /** Lines that could not be understood, beside the entries. */
  | { readonly unreadable: readonly string[] };

/** What goes wrong, or is waited for, with one read. Bytes are counted from the first one delivered. */
export type ReadFault =
  | { readonly fail: DaybookError }
  | { readonly stall: true }
  | { readonly wait: Promise<unknown> }
  /** After n bytes the stream is destroyed with kind "cut-short". */
  | { readonly dropAfter: number }
  /** After n bytes the stream ends as if that were all: a server that lies. */
  | { readonly lieShort: number }
  /** After n bytes nothing more comes. */
  | { readonly stallAfter: number };

/** Called before each operation; undefined lets it go on normally. May change the tree. */
export interface MemoryFaults {
  onList?(directory: string): ListFault | undefined;
  onRead?(path: string, start: number): ReadFault | undefined;
}
