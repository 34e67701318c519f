/** How many bytes per second may come, by the time of day. */
export interface RateLimit {
  /** Outside of `hours`: "5MB/s", "10Mbit/s", "unlimited", or a number of bytes per second. */
  readonly rate: number | string;
  /** Times of the week with another rate. They may not overlap. */
  readonly hours?: readonly RateHours[];
  /** The IANA zone that `hours` are in, such as "America/Argentina/Cordoba". Default "UTC". */
  readonly zone?: string;
}

export interface RateHours {
  /** "08:00". */
  readonly from: string;
  /** Exclusive: "18:00", or "24:00". Before `from`, it is the next day's: 22:00 to 06:00 is a night. */
  readonly to: string;
  readonly rate: number | string;
  /** The days on which it begins: "mon", or "mon-fri". Default all. */
  readonly days?: readonly string[];
}
