import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { SourceFile } from '../source/source-file.ts';
import type { Span } from '../source/span.ts';

/** A value of a JSON text with the place that it stands at. Comments and a comma at the end are allowed, as in VS Code's own files. */
export class JsonValue {
  constructor(
    private readonly node: Node,
    private readonly file: string,
    private readonly place: (span: Span) => Span = (span) => span,
  ) {}

  get span(): Span {
    return this.placeOf(this.node);
  }

  private placeOf({ offset, length }: Node): Span {
    return this.place({ file: this.file, start: offset, end: offset + length });
  }

  get isObject(): boolean {
    return this.node.type === 'object';
  }

  /** Undefined for what is no string. */
  get text(): string | undefined {
    return this.node.type === 'string' ? String(this.node.value) : undefined;
  }

  get number(): number | undefined {
    return this.node.type === 'number' ? Number(this.node.value) : undefined;
  }

  get boolean(): boolean | undefined {
    return this.node.type === 'boolean' ? Boolean(this.node.value) : undefined;
  }

  /** A string, number or boolean as text. */
  get scalarText(): string | undefined {
    return this.node.type === 'string' || this.node.type === 'number' || this.node.type === 'boolean' ? String(this.node.value) : undefined;
  }

  /** Undefined for what is no array. */
  get elements(): readonly JsonValue[] | undefined {
    return this.node.type === 'array'
      ? (this.node.children ?? []).map((element) => new JsonValue(element, this.file, this.place))
      : undefined;
  }

  /** The members of an object; of two with one name the last counts, as in JSON.parse. */
  get members(): ReadonlyMap<string, { readonly key: Span; readonly value: JsonValue }> {
    const members = new Map<string, { readonly key: Span; readonly value: JsonValue }>();
    if (this.node.type !== 'object') return members;
    for (const { children } of this.node.children ?? []) {
      const [key, value] = children ?? [];
      if (key === undefined || value === undefined) continue;
      members.set(String(key.value), {
        key: this.placeOf(key),
        value: new JsonValue(value, this.file, this.place),
      });
    }
    return members;
  }

  /** The value of a member; undefined where there is none. */
  get(name: string): JsonValue | undefined {
    return this.members.get(name)?.value;
  }
}

export interface JsonProblem {
  readonly message: string;
  readonly span: Span;
}

const inWords: Readonly<Record<string, string>> = {
  CommaExpected: 'a comma is missing here',
  ColonExpected: 'a colon is missing here',
  ValueExpected: 'a value is missing here',
  PropertyNameExpected: 'the name of a member, in double quotes, is missing here',
  CloseBraceExpected: 'a closing brace is missing here',
  CloseBracketExpected: 'a closing bracket is missing here',
  EndOfFileExpected: 'nothing may follow here',
  InvalidSymbol: 'this is no JSON value (text needs double quotes)',
  UnexpectedEndOfString: 'the closing quote is missing',
  InvalidCharacter: 'this character cannot stand in a text as it is; write it as \\n, \\t or \\u0000',
  InvalidEscapeCharacter: 'a backslash cannot stand before this; write \\\\ for one',
  InvalidUnicode: 'four hexadecimal digits are missing behind \\u',
  InvalidNumberFormat: 'this is no number of JSON',
  UnexpectedEndOfNumber: 'the digits of the number are missing',
  InvalidCommentToken: 'a comment starts with // or /*',
  UnexpectedEndOfComment: 'the end of the comment is missing',
};

/** Reads a JSON text; the first mistake is what is told, for the others follow from it. `place` says where the places of the text are now. */
export function readJson(
  source: SourceFile,
  place?: (span: Span) => Span,
): { readonly value: JsonValue | undefined; readonly problem: JsonProblem | undefined } {
  const errors: ParseError[] = [];
  // A byte order mark in front says nothing; the places stay.
  const root = parseTree(source.text.replace(/^\ufeff/, ' '), errors, { allowTrailingComma: true });
  const [first] = errors;
  const value = root && new JsonValue(root, source.path, place);
  if (first === undefined) return { value, problem: undefined };
  const code = printParseErrorCode(first.error);
  const start = Math.min(first.offset, Math.max(0, source.text.length - 1));
  return {
    value: undefined,
    problem: {
      message: inWords[code] ?? code,
      span: { file: source.path, start, end: Math.min(source.text.length, start + Math.max(1, first.length)) },
    },
  };
}
