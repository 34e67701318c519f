/** What is read of one listing at most, whatever a server sends. */
export interface ListingLimits {
  /** Bytes of one line; a longer one can't be read, and its rest isn't kept. */
  readonly line: number;
  /** Lines, readable or not. */
  readonly lines: number;
  /** Bytes in all. */
  readonly bytes: number;
  /** Lines that are kept to be shown. */
  readonly shown: number;
  /** Characters of each of them. */
  readonly shownLength: number;
}

/** Names have 255 bytes on all but a few systems, and paths 4096. */
export const LISTING_LIMITS: ListingLimits = Object.freeze({
  line: 8192,
  lines: 2_000_000,
  bytes: 256 * 1024 * 1024,
  shown: 10,
  shownLength: 300,
});
