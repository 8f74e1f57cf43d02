type Zone = { format: Intl.DateTimeFormat; minute: number; day: string };
const zones = new Map<string, Zone>();

/** The day of an instant in a time zone, as YYYY-MM-DD (P8). A minute has one day in every zone, so it is worked out once a minute. */
export function dayIn(timeZone: string, at: Date): string {
  let zone = zones.get(timeZone);
  if (!zone) {
    const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    zone = { format, minute: Number.NaN, day: '' };
    zones.set(timeZone, zone);
  }
  const minute = Math.floor(at.getTime() / 60_000);
  if (zone.minute !== minute) Object.assign(zone, { minute, day: zone.format.format(at) });
  return zone.day;
}

/** The day so many months earlier; the last of the month where it has no such day. @param day as YYYY-MM-DD. */
export function monthsBefore(day: string, months: number): string {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month - months, 0));
  last.setUTCDate(Math.min(date, last.getUTCDate()));
  return last.toISOString().slice(0, 10);
}
