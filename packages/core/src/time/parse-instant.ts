import { DaybookError } from "../errors/daybook-error.js";

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?(Z|[+-]\d\d:\d\d)?$/;

/**
 * ISO 8601 with a time and a zone: "2025-01-01T00:00Z", "2025-01-01T02:00:00.5+02:00"; digits past the millisecond
 * are dropped. A Date is passed on as a copy. `what` names the value in errors. Throws kind "config" for anything
 * else; a time without a zone means something different on every machine.
 */
export function parseInstant(value: string | Date, what: string): Date {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new DaybookError("config", `${what} is an invalid date`);
    return new Date(value);
  }
  const refuse = (problem: string) => new DaybookError("config", `${what} "${value}" ${problem}`);
  const found = INSTANT.exec(value);
  if (found === null) throw refuse("is no time: write it like 2025-01-01T00:00Z");
  const [, year, month, day, hour, minute, second = "00", fraction = "", zone] = found;
  const date = `${year}-${month}-${day}`;
  if (hour === undefined) throw refuse(`has no time of day and no time zone: write ${date}T00:00Z for UTC`);
  if (zone === undefined) throw refuse(`has no time zone: write ${value}Z for UTC`);
  // Spelt out in full, every engine reads it alike; what it doesn't know or would roll over comes back different.
  const local = `${date}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, "0")}`;
  const time = new Date(`${local}Z`);
  if (Number.isNaN(time.getTime()) || time.toISOString() !== `${local}Z`) {
    throw refuse("is not in the calendar, or not on the clock");
  }
  return new Date(time.getTime() - offsetOf(zone, refuse));
}

/** Milliseconds ahead of UTC. */
function offsetOf(zone: string, refuse: (problem: string) => DaybookError): number {
  if (zone === "Z") return 0;
  const [hours, minutes] = zone.slice(1).split(":").map(Number) as [number, number];
  if (hours > 23 || minutes > 59)
    throw refuse(`has no such time zone as ${zone}: write Z for UTC, or +02:00`);
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
