const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{1,9})?$/;

/** A time of MLSD and MDTM, RFC 3659 section 2.3: YYYYMMDDHHMMSS[.sss], UTC. Undefined where it can't be one. */
export function mlsxTime(text: string | undefined): Date | undefined {
  const [, year, month, day, hour, minute, second, fraction] = TIME.exec(text ?? "") ?? [];
  if (year === undefined) return undefined;
  const date = new Date(Date.UTC(+year, Number(month) - 1, Number(day), Number(hour), Number(minute)));
  // Date carries over what is too much, as in 31 February. A leap second is the next one.
  const same =
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day) &&
    date.getUTCHours() === Number(hour) &&
    date.getUTCMinutes() === Number(minute);
  if (!same || Number(second) > 60) return undefined;
  return new Date(date.getTime() + Number(second) * 1000 + Math.floor(Number(fraction ?? 0) * 1000));
}
