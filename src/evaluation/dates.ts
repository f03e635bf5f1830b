/**
 * Reads instants as epoch milliseconds. RFC 3339, section 5.6, with its upper-case `T` and `Z` or their lower-case forms, an
 * offset always present, years 0000 to 9999. Digits below the millisecond are cut off, so that a text and a number
 * compare alike. A leap second (`:60`) is the first instant of the next minute. `Date.parse` is not used: engines
 * differ beyond the format of ECMAScript, and it accepts far more than RFC 3339.
 */

const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/** Returns the epoch milliseconds of an RFC 3339 date and time, or null when the text is not one. */
export function parseDate(text: string): number | null {
  const match = RFC_3339.exec(text);
  if (match === null) return null;
  const [, years, months, days, hours, minutes, seconds, fraction, sign, offsetHours, offsetMinutes] = match;
  const year = Number(years);
  const month = Number(months);
  const day = Number(days);
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  const local = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  const offset = sign === undefined ? 0 : (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60;
  const seconds1970 = daysSince1970(year, month, day) * 86_400 + local - (sign === '-' ? -offset : offset);
  return seconds1970 * 1_000 + (fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0')));
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Counts proleptic Gregorian days since 1970-01-01 by the era arithmetic of howardhinnant.github.io/date_algorithms.html. */
function daysSince1970(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
