/** False for what Postgres cannot keep as text and JSON cannot carry: NUL and lone surrogates. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** A stranger's text made fit for an error message or the log: storable and short. */
export function shown(text: string): string {
  const safe = isStorable(text) ? text : text.replaceAll('\0', '\uFFFD').toWellFormed();
  return safe.length > 120 ? `${safe.slice(0, 120).replace(/\p{Surrogate}$/u, '')}…` : safe;
}

/** A stranger's name or id, whole where it can be stored and is no longer than the product keeps. */
export const storable = (text: string): string => (text.length <= 512 && isStorable(text) ? text : shown(text));

/** Whatever a stranger sent as a short text; null for nothing. */
export function shownValue(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return shown(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
}

/** Orders texts by code point, as Postgres does under collation "C"; JavaScript's `<` orders by UTF-16 unit. */
export function compareCodePoints(a: string, b: string): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others, so they sort after U+E000–U+FFFF. */
const rank = (unit: number) => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
