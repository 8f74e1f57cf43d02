import { about, invalidFilter } from './error.js';
import { comparisons, type Comparison, type Filter, type Literal, type Path } from './filter.ast.js';
import { tokens, type Token } from './filter.lexer.js';
import { shown } from './text.js';
import { splitUrn } from './urn.js';

const maxLength = 8192;
const maxDepth = 32;
const maxTerms = 200;

/**
 * Parses a filter (RFC 7644 section 3.4.2.2): `not` binds before `and`, `and` before `or`; operators in any case. Values without quotes are taken
 * as texts. Throws ScimError 400 invalidFilter, also for one that is too long, too deep or has too many terms.
 */
export function parseFilter(text: string): Filter {
  const parser = new Parser(text);
  return parser.toEnd(parser.filter());
}

/** Recursive descent over the tokens of one filter or path. */
export class Parser {
  private readonly tokens: Token[];
  private next = 0;
  private depth = 0;
  private terms = 0;

  constructor(text: string) {
    if (text.length > maxLength) throw invalidFilter(`A filter has at most ${maxLength} characters`);
    this.tokens = tokens(text);
  }

  toEnd<T>(result: T): T {
    const token = this.peek();
    if (token.is !== 'end') throw this.unexpected(token);
    return result;
  }

  filter(): Filter {
    if (++this.depth > maxDepth) throw invalidFilter(`A filter is nested at most ${maxDepth} deep`);
    const result = this.chain('or', () => this.chain('and', () => this.term()));
    this.depth--;
    return result;
  }

  path(): Path {
    const token = this.take('word');
    const { urn, rest } = splitUrn(token.text);
    const [name = '', sub, ...more] = rest.split('.');
    const bare = { ...(urn !== undefined && { urn }), name };
    if (more.length > 0 || !(isName(name) || (name === '' && urn !== undefined && sub === undefined))) {
      throw this.unexpected(token);
    }
    if (sub !== undefined) return { ...bare, sub: this.sub(sub, token) };
    if (name === '' || !this.accept('[')) return bare;
    const where = this.filter();
    this.take(']');
    const after = this.peek();
    if (after.is !== 'word' || !after.text.startsWith('.')) return { ...bare, where };
    this.next++;
    return { ...bare, where, sub: this.sub(after.text.slice(1), after) };
  }

  private chain(op: 'and' | 'or', part: () => Filter): Filter {
    const first = part();
    const of = [first];
    while (this.keyword(op)) of.push(part());
    return of.length === 1 ? first : { op, of };
  }

  private term(): Filter {
    if (++this.terms > maxTerms) throw invalidFilter(`A filter has at most ${maxTerms} terms`);
    if (this.accept('(')) return this.closed();
    if (this.keyword('not')) {
      this.take('(');
      return { op: 'not', of: this.closed() };
    }
    return this.comparison(this.path());
  }

  private closed(): Filter {
    const inner = this.filter();
    this.take(')');
    return inner;
  }

  private comparison(path: Path): Filter {
    const token = this.peek();
    const operator = token.is === 'word' ? token.text.toLowerCase() : '';
    if (operator === 'pr') {
      this.next++;
      return { op: 'pr', path };
    }
    if (isComparison(operator)) {
      this.next++;
      return { op: operator, path, value: this.literal() };
    }
    // A value path needs no operator: it asks whether such an element is there.
    if (path.where && path.sub === undefined) return { op: 'exists', path };
    throw this.unexpected(token);
  }

  private literal(): Literal {
    const token = this.peek();
    if (token.is !== 'text' && token.is !== 'word') throw this.unexpected(token);
    this.next++;
    if (token.is === 'text') return token.text;
    const word = token.text.toLowerCase();
    return word === 'null' ? null : word === 'true' ? true : word === 'false' ? false : token.text;
  }

  private sub(text: string, token: Token): string {
    if (!isName(text)) throw this.unexpected(token);
    return text;
  }

  private keyword(word: string): boolean {
    const token = this.peek();
    if (token.is !== 'word' || token.text.toLowerCase() !== word) return false;
    this.next++;
    return true;
  }

  private accept(is: Token['is']): boolean {
    if (this.peek().is !== is) return false;
    this.next++;
    return true;
  }

  private take<T extends Token['is']>(is: T): Extract<Token, { is: T }> {
    const token = this.peek();
    if (token.is !== is) throw this.unexpected(token);
    this.next++;
    return token as Extract<Token, { is: T }>;
  }

  private peek(): Token {
    return this.tokens[this.next] as Token;
  }

  private unexpected(token: Token) {
    const text = token.is === 'end' ? null : shown(token.is === 'text' || token.is === 'word' ? token.text : token.is);
    const what = text === null ? 'The end' : `"${text}"`;
    const why = about('filter.syntax', 'filter', 'a filter of RFC 7644 section 3.4.2.2', text);
    return invalidFilter(`${what} is not expected at position ${token.at + 1} of the filter`, why);
  }
}

const isName = (text: string) => /^\$?[a-z][\w-]*$/i.test(text);
const isComparison = (text: string): text is Comparison => (comparisons as readonly string[]).includes(text);
