/**
 * The key under which two texts are the same: NFC and full Unicode case folding (CaseFolding.txt, statuses C and F), without any locale.
 *
 * JavaScript has no case fold, so it is built from its upper- and lower-case mappings, which come from the same Unicode data:
 * lower → upper → lower reaches every folding (`ẞ` → `ß` → `SS` → `ss`). Two corrections: final sigma `ς` (which lower-casing makes by context)
 * becomes `σ`, and dotless `ı`, which folds to itself, is kept apart from `i`. The result is composed again. SQL's lower() gives
 * other answers by locale and is never used for this (P6).
 */
export function foldKey(text: string): string {
  if (isAscii.test(text)) return text.toLowerCase();
  return text.normalize('NFC').split('ı').map(fold).join('ı').normalize('NFC');
}

// oxlint-disable-next-line no-control-regex -- the range is the definition of ASCII
const isAscii = /^[\0-\x7f]*$/;

const fold = (text: string) => text.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
