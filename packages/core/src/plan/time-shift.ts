import type { TransportCapabilities } from "../transport/transport.js";
import { unitOf } from "./coarse-time.js";
import { sameVersion, type Version } from "./version.js";

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Zones differ by quarters of an hour, */
const STEP = 15 * MINUTE;
/** and from UTC by no more than this. */
const FURTHEST = 14 * 60 * MINUTE;
/** One file that moved may have been published again: only its bytes can tell. */
const ENOUGH = 2;

/**
 * Tells a server's clock that was set to another zone, or to summer time, from files that were published again: it moves
 * the times of all files known in a slot by the same quarters of an hour, and no size. Where they moved to a time long
 * before the last look that is sure, since what is written after a look has a time after it; files of about that time
 * may have been written anew on the hour, and that only their bytes can tell.
 */
export class TimeShift {
  readonly #precision: TransportCapabilities["modifiedAt"];
  /** Epoch ms; undefined: never. */
  readonly #lastLook: number | undefined;
  readonly #moved = new Map<number, { files: number; sure: number }>();
  #others = 0;

  constructor(options: { precision: TransportCapabilities["modifiedAt"]; lastLook: Date | undefined }) {
    this.#precision = options.precision;
    this.#lastLook = options.lastLook?.getTime();
  }

  /** A file that is stored, and how it is listed now. */
  note(before: Version, now: Version): void {
    if (before.size !== undefined && now.size !== undefined && before.size !== now.size) return;
    const shift = this.#shiftOf(before, now);
    // A day's date moves with few files.
    if (shift === undefined && unitOf(now.modifiedAt, this.#precision) >= DAY) return;
    if (shift === undefined) return void this.#others++;
    const { files, sure } = this.#moved.get(shift) ?? { files: 0, sure: 0 };
    const isSure = this.#lastLook !== undefined && now.modifiedAt!.getTime() < this.#lastLook - DAY;
    this.#moved.set(shift, { files: files + 1, sure: sure + Number(isSure) });
  }

  /** Whether only the server's clock moved: undefined where another version is listed, or the same. */
  verdict(before: Version, now: Version): "surely" | "likely" | undefined {
    const shift = this.#shiftOf(before, now);
    const { files, sure } = (shift !== undefined && this.#moved.get(shift)) || { files: 0, sure: 0 };
    if (files === 0 || this.#moved.size > 1 || this.#others > 0) return undefined;
    return sure >= ENOUGH ? "surely" : "likely";
  }

  /** By how much only the time moved, in ms; undefined where that is none that a zone differs by. */
  #shiftOf(before: Version, now: Version): number | undefined {
    if (before.size === undefined || before.size !== now.size || !before.modifiedAt || !now.modifiedAt)
      return undefined;
    if (sameVersion(before, now, this.#precision)) return undefined;
    const shift = now.modifiedAt.getTime() - before.modifiedAt.getTime();
    const exact = Math.round(shift / STEP) * STEP;
    if (exact === 0 || Math.abs(exact) > FURTHEST) return undefined;
    const meant = { ...before, modifiedAt: new Date(before.modifiedAt.getTime() + exact) };
    return sameVersion(meant, now, this.#precision) ? exact : undefined;
  }
}
