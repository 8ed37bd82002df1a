import { type ArrayType, type CharArray, type CType, namedMembers, type RecordType, scalarCount } from './c-types.ts';
import type { Choices } from './choices.ts';
import { type ExpressionScope, expression } from './expressions.ts';

export interface InitialiserScope extends ExpressionScope {
  /** Macros that expand to several elements of an array of this record (by its reference), and how to call them. */
  readonly elementMacros: ReadonlyMap<string, readonly { readonly name: string; readonly parameters: number }[]>;
  /** Conditions for `#if` between elements. */
  readonly conditions: readonly string[];
}

interface Item {
  readonly text: string;
  readonly conditional: boolean;
}

/** Writes initialisers of any type in every form that gcc reads: designated, positional, elided, overridden, in part. */
export class InitialiserWriter {
  constructor(
    private readonly c: Choices,
    private readonly scope: InitialiserScope,
  ) {}

  /** An initialiser with its braces (or a scalar or a string). */
  value(type: CType, depth: number): string {
    if (type.kind === 'integer') {
      const text = expression(this.c, this.scope, Math.min(depth, 3));
      return this.c.chance(4) ? `{ ${text}${this.c.chance(50) ? ',' : ''} }` : text;
    }
    if (type.kind === 'string') return this.string(type);
    if (depth <= 0) return this.c.pick(['{ 0 }', '{}']);
    return this.list(type.kind === 'record' ? this.recordItems(type, depth) : this.arrayItems(type, depth));
  }

  private list(items: readonly Item[]): string {
    if (items.length === 0) return '{}';
    const last = items.length - 1;
    const bare = !items[last]?.conditional && this.c.chance(40);
    if (!items.some((item) => item.conditional) && this.c.chance(30) && items.every((item) => !item.text.includes('\n'))) {
      return `{ ${items.map((item) => item.text).join(', ')}${bare ? '' : ','} }`;
    }
    const lines = items.map((item, index) => {
      const text = `${item.text}${index === last && bare ? '' : ','}`;
      if (!item.conditional) return text;
      const condition = this.c.pick(this.scope.conditions);
      return this.c.chance(30)
        ? `\n${condition}\n${text}\n#else\n${text.replace('=', '= 1 +').replace('+ {', '{')}\n#endif\n`
        : `\n${condition}\n${text}\n#endif\n`;
    });
    return `{\n${lines.join('\n')}\n}`;
  }

  /** A trailing `#else` variant is made by prefixing `1 +`, so only plain scalar items qualify for it. */
  private item(text: string): Item {
    const simple = /^\.\w+ = [\w ()|<>+*&^-]+$/.test(text);
    return { text, conditional: simple && this.scope.conditions.length > 0 && this.c.chance(6) };
  }

  private recordItems(type: RecordType, depth: number): Item[] {
    const c = this.c;
    const style = c.weighted([
      [60, 'designated'],
      [20, 'positional'],
      [20, 'mixed'],
    ]);
    const named = namedMembers(type);
    if (style === 'designated' && named.length > 0) {
      const items: Item[] = [];
      for (const member of type.union ? [c.pick(named)] : named) {
        if (c.chance(20)) continue;
        items.push(this.item(`.${member.name} = ${this.value(member.type, depth - 1)}`));
      }
      // An overriding duplicate, or a merge into what stands there already.
      if (c.chance(12)) items.push(this.item(this.designated(type, depth)));
      return items;
    }
    if (style === 'positional') {
      const items: Item[] = [];
      for (const member of type.members) {
        if (member.name === undefined && member.type.kind !== 'record') continue;
        if (c.chance(12)) break;
        items.push(...this.positional(member.type, depth - 1));
        if (type.union) break;
      }
      return items;
    }
    const items: Item[] = [];
    const count = c.below(5) + 1;
    for (let i = 0; i < count; i++) {
      items.push(this.item(named.length === 0 || (c.chance(35) && !holdsNothing(type)) ? this.scalar() : this.designated(type, depth)));
    }
    return items;
  }

  private arrayItems(type: ArrayType, depth: number): Item[] {
    const c = this.c;
    const items: Item[] = [];
    if (type.length === 0) return [];
    const style = c.weighted([
      [50, 'positional'],
      [25, 'designated'],
      [25, 'mixed'],
    ]);
    if (style === 'positional') {
      let count = c.below(type.length + 1);
      if (c.chance(5)) count = type.length + 1;
      for (let i = 0; i < count; i++) {
        const macros = type.of.kind === 'record' && type.of.reference ? this.scope.elementMacros.get(type.of.reference) : undefined;
        if (macros && macros.length > 0 && c.chance(25)) {
          const macro = c.pick(macros);
          const args = Array.from({ length: macro.parameters }, () => this.argument());
          items.push({ text: `${macro.name}(${args.join(', ')})`, conditional: false });
        } else {
          items.push(...this.positional(type.of, depth - 1));
        }
      }
      return items;
    }
    const count = c.below(4) + 1;
    for (let i = 0; i < count; i++) {
      if (style === 'mixed' && c.chance(40) && !holdsNothing(type)) items.push(this.item(this.scalar()));
      else items.push({ text: this.designated(type, depth), conditional: false });
    }
    return items;
  }

  /** `.a = …`, `.a.b = …`, `[2] = …`, `[1 ... 3].a = …`. */
  private designated(type: RecordType | ArrayType, depth: number): string {
    let path = '';
    let at: CType = type;
    for (let step = 0; step === 0 || (step < 4 && this.c.chance(35)); step++) {
      if (at.kind === 'record') {
        const named = namedMembers(at);
        if (named.length === 0) break;
        const member = this.c.pick(named);
        path += `.${member.name}`;
        at = member.type;
      } else if ((at.kind === 'array' || at.kind === 'string') && at.length > 0) {
        const first = this.c.below(at.length);
        const last = first + this.c.below(at.length - first);
        path += last > first && this.c.chance(60) ? `[${first} ... ${last}]` : `[${first}]`;
        at = at.kind === 'array' ? at.of : { kind: 'integer', name: 'char', bits: 8 };
      } else break;
    }
    return `${path} = ${this.value(at, depth - 1)}`;
  }

  /** The next value in order: in braces, or its scalars without them. */
  private positional(type: CType, depth: number): Item[] {
    const scalars = scalarCount(type);
    if (type.kind === 'integer' || scalars === 0 || scalars > 12 || holdsNothing(type) || !this.c.chance(25)) {
      return [this.item(this.value(type, depth))];
    }
    if (type.kind === 'string') return [{ text: this.literalString(type), conditional: false }];
    return Array.from({ length: scalars }, () => ({ text: this.scalar(), conditional: false }));
  }

  private scalar(): string {
    return expression(this.c, this.scope, this.c.below(3));
  }

  private argument(): string {
    const text = this.scalar();
    return /^\w+$/.test(text) ? text : `(${text})`;
  }

  private string(type: CharArray): string {
    const c = this.c;
    if (c.chance(15)) {
      const count = c.below(type.length + 1);
      if (count > 0) return `{ ${Array.from({ length: count }, () => c.pick(["'a'", '0', "'\\n'", '65', "'\\0'"])).join(', ')} }`;
    }
    const text = this.literalString(type);
    return c.chance(10) ? `{ ${text} }` : text;
  }

  /** Up to the array's full length, sometimes one more; with escapes, in pieces, through `#`. */
  private literalString(type: CharArray): string {
    const c = this.c;
    const room = c.chance(5) ? type.length + 1 : c.below(type.length + 1);
    const units: string[] = [];
    for (let i = 0; i < room; i++)
      units.push(c.pick(['a', 'R', '-', '4', ' ', '\\n', '\\x41', '\\101', '\\\\', '\\"', '\\0', '?', '\\t', '\\e']));
    // A hexadecimal escape goes on as long as hexadecimal digits follow: end the piece behind it.
    const text = units.map((unit) => (unit === '\\x41' || unit === '\\0' || unit === '\\101' ? `${unit}" "` : unit)).join('');
    if (c.chance(10) && /^[a-zA-Z4]*$/.test(text) && text !== '') return `TEXT(${text})`;
    return `"${text}"`;
  }
}

/** True when the type holds something that takes no scalar, so that gcc's elision has no natural reading. */
function holdsNothing(type: CType): boolean {
  if (type.kind === 'integer' || type.kind === 'string') return false;
  if (type.kind === 'array') return type.length === 0 || holdsNothing(type.of);
  return type.members.some((member) => (member.name !== undefined || member.type.kind === 'record') && holdsNothing(member.type));
}
