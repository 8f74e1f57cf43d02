import { invalidFilter } from './error.js';

export type Token =
  | { readonly is: '(' | ')' | '[' | ']' | 'end'; readonly at: number }
  | { readonly is: 'text'; readonly text: string; readonly at: number }
  | { readonly is: 'word'; readonly text: string; readonly at: number };

/**
 * Blanks, then a bracket, a JSON string or a word. Names, operators and unquoted values are all words: Microsoft's suites write
 * `userName sw O` and `emails.Value co example.com`.
 */
const lexeme = /\s*(?:([()[\]])|("(?:[^"\\]|\\.)*")|([^\s()[\]"]+))/sy;

/** Cuts a filter into tokens, the last one being `end`. Throws invalidFilter for a text that does not end or is no JSON string. */
export function tokens(input: string): Token[] {
  const text = input.trimEnd();
  const found: Token[] = [];
  lexeme.lastIndex = 0;
  while (lexeme.lastIndex < text.length) {
    const match = lexeme.exec(text);
    if (!match) throw invalidFilter('A text in the filter is opened by a quotation mark and never closed');
    const [, bracket, quoted, word] = match;
    const at = lexeme.lastIndex - (bracket ?? quoted ?? word ?? '').length;
    if (bracket !== undefined) found.push({ is: bracket as '(' | ')' | '[' | ']', at });
    else if (quoted !== undefined) found.push({ is: 'text', text: unquote(quoted, at), at });
    else found.push({ is: 'word', text: word ?? '', at });
  }
  found.push({ is: 'end', at: text.length });
  return found;
}

function unquote(quoted: string, at: number): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw invalidFilter(`The text at position ${at + 1} of the filter is not a JSON string`);
  }
}
