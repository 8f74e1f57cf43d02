/** The smallest UUID of version 7 of an instant: every entry of that millisecond or later has a greater or equal one (RFC 9562). */
export function firstIdAt(time: Date): string {
  const hex = Math.max(0, time.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-000000000000`;
}

/** When the request of an entry was answered. */
export const timeOf = (entryId: string): Date =>
  new Date(Number.parseInt(entryId.replaceAll('-', '').slice(0, 12), 16));
