import type { Delays, Explanation } from "@daybook/core";
import type { files } from "../src/api/files.js";
import type { availability, day, overview } from "../src/api/read.js";
import type { Transfer as LiveTransfer } from "../src/live/live-state.js";

/** What a value looks like once it came as JSON. */
type Json<T> = T extends Date ? string : T extends object ? { readonly [K in keyof T]: Json<T[K]> } : T;
type Answer<F extends (...args: never[]) => Promise<unknown>> = Json<Awaited<ReturnType<F>>>;

export type Overview = Answer<typeof overview>;
export type Source = Overview["sources"][number];
export type GapRun = Overview["gaps"][number];
export type GivenUp = Overview["givenUp"][number];
export type Days = Answer<typeof availability>["sources"][number];
export type DaySlot = Answer<typeof day>["slots"][number];
export type Files = Answer<typeof files>;
export type Story = Json<Explanation>;
export type DelayReport = Json<Delays>;
export type Transfer = Json<LiveTransfer>;
