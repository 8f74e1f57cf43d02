const form = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:?\d\d)?)?$/i;

/**
 * Reads an ISO 8601 / xsd:date or xsd:dateTime text as a key that sorts by time: UTC with six fraction digits (further ones are cut, as
 * Postgres keeps microseconds). Without an offset it is taken as UTC. Undefined when it is no date, or lies outside the years 1–9999.
 */
export function dateKey(lexical: string): string | undefined {
  const match = form.exec(lexical);
  if (!match) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset = 'Z'] = match;
  const time = new Date(0);
  time.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (time.getUTCMonth() !== Number(month) - 1 || time.getUTCDate() !== Number(day)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  time.setUTCHours(Number(hour), Number(minute) - offsetMinutes(offset), Number(second));
  const moment = time.toISOString();
  if (!/^\d{4}-/.test(moment) || moment.startsWith('0000')) return undefined;
  return `${moment.slice(0, 19)}.${fraction.slice(0, 6).padEnd(6, '0')}Z`;
}

function offsetMinutes(offset: string): number {
  if (/^z$/i.test(offset)) return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return offset.startsWith('-') ? -minutes : minutes;
}

/**
 * The calendar day (YYYY-MM-DD) that HR means by a date Entra sent. It is the day as written: `2024-01-15T00:00:00+02:00` is the
 * fifteenth, not the day before. Undefined when the text is no date.
 */
export function hrDate(lexical: string): string | undefined {
  return dateKey(lexical) === undefined ? undefined : lexical.slice(0, 10);
}
