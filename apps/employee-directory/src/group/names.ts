import type { GroupKind } from '@bitabiz/event-contracts';
import { folding } from '../card/folding.js';

/** The key by which a name is the same thing: blanks folded, without case and accents (P23). */
export const nameKey = (name: string) => folding(name.trim().replace(/\s+/g, ' '));

export type Named = { kind: GroupKind; name: string };

const english = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
const danish = new Intl.DisplayNames('da', { type: 'region', fallback: 'none' });
const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

/** Every way a country is usually written → its English name: two-letter code, English and Danish name, a few that Entra users type. */
const countries: ReadonlyMap<string, string> = new Map([
  ...letters.flatMap((a) =>
    letters.flatMap((b): [string, string][] => {
      const name = english.of(a + b);
      if (!name || /^(EU|EZ|UN|XA|XB|ZZ|QO)$/.test(a + b)) return [];
      return [a + b, name, danish.of(a + b) ?? name].map((written) => [nameKey(written), name]);
    }),
  ),
  ...Object.entries({ uk: 'GB', usa: 'US', 'united states of america': 'US', england: 'GB', holland: 'NL' }).map(
    ([written, code]): [string, string] => [written, english.of(code) ?? code],
  ),
]);

/** The calendar group that a country, as Entra writes it, is mapped to; undefined: unmatched, shown under MISSING (P23). */
export const calendarGroupOf = (country: string): string | undefined => countries.get(nameKey(country));

/** The things that an employee's values name. */
export function thingsNamed(values: {
  department?: string | null;
  subsidiary?: string | null;
  country?: string | null;
}): Named[] {
  const calendarGroup = values.country ? calendarGroupOf(values.country) : undefined;
  return [
    ...(values.department?.trim() ? [{ kind: 'department', name: values.department.trim() } as const] : []),
    ...(values.subsidiary?.trim() ? [{ kind: 'subsidiary', name: values.subsidiary.trim() } as const] : []),
    ...(calendarGroup ? [{ kind: 'calendar group', name: calendarGroup } as const] : []),
  ];
}
