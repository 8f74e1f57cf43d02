/** Whether a text is a UUID, in any case. */
export const isUuid = (text: string): boolean => /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text);

/** An id as it is stored. @throws what `unknown` makes of a text that is none. */
export function idIn(text: string, unknown: (text: string) => Error): string {
  if (isUuid(text)) return text.toLowerCase();
  throw unknown(text);
}
