/** `verbose`: one capitalised operation per attribute, booleans as texts. `flag`: what `?aadOptscim062020` makes of it: operations without a path. */
export type Dialect = 'verbose' | 'flag';
export type Value = string | boolean | null;
/** One attribute by its SCIM path; null: absent. */
export type Change = { path: string; from: Value; to: Value };

/** The operations of a PATCH as Entra writes them (entra.md 1.5). */
export const operationsOf = (changes: readonly Change[], dialect: Dialect): object[] =>
  dialect === 'verbose' ? changes.map(verbose) : flagged(changes);

/** What an attribute without a value gets is added, everything else replaced (P10); what it loses is removed (P12). */
const verb = ({ from, to }: Change) => (to === null ? 'Remove' : from === null ? 'Add' : 'Replace');

/** P1, P7. */
function verbose(change: Change): object {
  const { path, to } = change;
  if (to === null) return { op: verb(change), path };
  return { op: verb(change), path, value: typeof to === 'boolean' ? (to ? 'True' : 'False') : to };
}

/** Values with flattened keys in one object per verb (P2, P4, P8); value paths and removals stay operations of their own (P3). */
function flagged(changes: readonly Change[]): object[] {
  const alone = (change: Change) => change.to === null || change.path.includes('[');
  const together = (op: 'Add' | 'Replace') => {
    const alike = changes.filter((change) => !alone(change) && verb(change) === op);
    const value = Object.fromEntries(alike.map(({ path, to }) => [path, to]));
    return alike.length > 0 ? [{ op: op.toLowerCase(), value }] : [];
  };
  const single = changes.filter(alone).map((change) => ({
    op: verb(change).toLowerCase(),
    path: change.path,
    ...(change.to !== null && { value: change.to }),
  }));
  return [...together('Add'), ...together('Replace'), ...single];
}
