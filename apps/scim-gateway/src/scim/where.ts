import type { Filter, Literal } from './filter.ast.js';
import { foldKey } from '@bitabiz/event-contracts/fold';
import type { Complex, Element } from './registry.js';

/**
 * Whether the filter of a value path can mean an element that is kept at all. `phoneNumbers[type eq "fax"]` cannot, nor `[primary eq true]` where
 * primary is not kept; such paths are skipped like any other attribute the product does not keep.
 */
export function isKept(where: Filter, complex: Pick<Complex, 'many' | 'elements'>): boolean {
  const { many, elements } = complex;
  if (!many) return true;
  if (where.op === 'and') return where.of.every((part) => isKept(part, complex));
  const type = comparedWith(where, 'type');
  if (type !== undefined) return elements.some((element) => element.type === foldKey(String(type)));
  return !saysPrimary(where) || elements.some((element) => element.primary);
}

/** Whether the filter asks for the primary element. */
export function saysPrimary(where: Filter): boolean {
  return where.op === 'and' ? where.of.some(saysPrimary) : isTrue(comparedWith(where, 'primary'));
}

/** Whether the filter describes a new element of this kind completely, so that it can be made (P11 of the PATCH shapes). */
export function describes(where: Filter, element: Element): boolean {
  if (where.op === 'and') return where.of.every((part) => describes(part, element));
  const type = comparedWith(where, 'type');
  if (type !== undefined) return foldKey(String(type)) === element.type;
  return element.primary && saysPrimary(where);
}

/** The value of an `eq` on this sub-attribute. */
function comparedWith(filter: Filter, name: string): Literal | undefined {
  if (filter.op !== 'eq' || filter.path.name.toLowerCase() !== name) return undefined;
  return filter.value;
}

const isTrue = (value: Literal | undefined) => String(value).toLowerCase() === 'true';
