import { placeOf, type Token, TokenKind } from '../source/token.ts';
import { mergeAttributes, noAttributes, readAttributes } from './attribute.ts';
import { type Context, MAX_DEPTH } from './context.ts';
import { needSize, readPragmaPack, readStaticAssert, redefined } from './declaration.ts';
import { readDeclarator } from './declarator.ts';
import { readInteger } from './expression.ts';
import { layOut, type MemberDeclaration } from './record-layout.ts';
import { readSpecifiers, reportUnknownType, startsDeclaration } from './specifiers.ts';
import { type CType, describeType, isRecord, type RecordType } from './types.ts';

export function readRecord(context: Context, kind: 'struct' | 'union'): CType {
  context.advance();
  let attributes = readAttributes(context);
  const tag = context.token.kind === TokenKind.Identifier && !context.is('{') ? context.advance() : undefined;
  attributes = mergeAttributes(attributes, readAttributes(context));
  const known = tag ? context.scope.findTag(tag.text) : undefined;
  if (!context.is('{')) {
    if (known) return known;
    const forward: RecordType = { kind, tag: tag?.text, fields: undefined, size: 0, align: 1, packed: false, end: undefined };
    if (tag) context.scope.declareTag(tag.text, forward);
    else context.syntaxError(`A name or "{" is missing behind ${kind}.`, context.previous);
    return forward;
  }
  const twice = known !== undefined && (!isRecord(known) || known.fields !== undefined);
  if (tag && twice) redefined(context, tag, 'with members of its own; that definition stays');
  const record: RecordType =
    known && isRecord(known) && !known.fields
      ? known
      : { kind, tag: tag?.text, fields: undefined, size: 0, align: 1, packed: false, end: undefined };
  if (tag && !twice) context.scope.declareTag(tag.text, record);
  const open = context.advance();
  const members: MemberDeclaration[] = [];
  if (context.depth < MAX_DEPTH) {
    context.depth++;
    while (!context.atEnd && !context.is('}')) {
      const before = context.at;
      readMembers(context, members);
      if (context.at === before) context.advance();
    }
    context.depth--;
  } else context.skipBrackets('{', '}');
  record.end = context.token;
  if (!context.accept('}')) context.syntaxError(`This ${kind} has no closing brace.`, open);
  reportDuplicates(context, members, new Set());
  reportOpenArrays(context, kind, members);
  attributes = mergeAttributes(attributes, readAttributes(context));
  layOut(record, members, {
    packed: attributes.packed,
    aligned: attributes.aligned,
    packPragma: context.packPragma,
    unnamedAligns: context.types.arch !== 'x86',
  });
  return record;
}

/** Anonymous structs and unions share the names of the struct around them. */
function reportDuplicates(
  context: Context,
  members: readonly { name: string | undefined; token: Token | undefined; type: CType }[],
  seen: Set<string>,
): void {
  for (const { name, token, type } of members) {
    if (name === undefined) {
      if (isRecord(type)) for (const inner of type.fields ?? []) if (inner.name !== undefined) seen.add(inner.name);
    } else if (seen.has(name) && token) redefined(context, token, 'as another member of this struct');
    else seen.add(name);
  }
}

/** `[]` without a length can only come last. */
function reportOpenArrays(context: Context, kind: 'struct' | 'union', members: readonly MemberDeclaration[]): void {
  members.forEach(({ token, type }, i) => {
    if (!token || type.kind !== 'array' || type.length !== undefined || (kind === 'struct' && i === members.length - 1)) return;
    context.damaged = true;
    const why = kind === 'union' ? 'a union has no room for one' : 'only the last member of a struct can do without one';
    context.report('c-type', 'error', `${token.text} needs a length between its brackets: ${why}.`, placeOf(token));
  });
}

function readMembers(context: Context, members: MemberDeclaration[]): void {
  if (context.accept(';')) return;
  if (context.token.kind === TokenKind.PragmaPack) {
    readPragmaPack(context);
    return;
  }
  const start = context.token;
  if (context.acceptWord('_Static_assert')) {
    readStaticAssert(context, start);
    return;
  }
  let specifiers = readSpecifiers(context);
  if (!specifiers) {
    const token = context.token;
    if (token.kind === TokenKind.Identifier) reportUnknownType(context, token);
    else context.syntaxError(`"${token.text}" cannot stand between the members of a struct.`, token);
    if (token.kind !== TokenKind.Identifier || context.ahead().kind !== TokenKind.Identifier) {
      while (!context.atEnd && !context.is(';') && !context.is('}')) context.advance();
      context.accept(';');
      return;
    }
    context.advance();
    specifiers = { type: context.types.int, isTypedef: false, isExtern: false, isConst: false, attributes: noAttributes };
  }
  if (context.is(';') || context.is('}')) {
    // An anonymous struct or union; a tagged one declares no member.
    if (isRecord(specifiers.type) && specifiers.type.tag === undefined) {
      members.push({
        name: undefined,
        token: undefined,
        type: specifiers.type,
        width: undefined,
        packed: false,
        aligned: specifiers.attributes.aligned,
      });
    }
    if (!context.accept(';')) context.syntaxError('";" is missing behind this member.', context.previous);
    return;
  }
  for (;;) {
    const declarator = readDeclarator(context, specifiers.type);
    const { name } = declarator;
    let { type } = declarator;
    let width: number | undefined;
    if (context.accept(':')) {
      const value = readInteger(context, 'The width of a bit-field');
      width = value === undefined ? 1 : Number(value);
      if (width < 0 || width > type.size * 8 || (width === 0 && name)) {
        context.report('c-type', 'error', `A bit-field of ${describeType(type)} cannot be ${width} bits wide.`, placeOf(context.previous));
        context.damaged = true;
        width = type.size * 8;
      }
    }
    const attributes = mergeAttributes(specifiers.attributes, readAttributes(context));
    if (name) type = needSize(context, type, name);
    members.push({ name: name?.text, token: name, type, width, packed: attributes.packed, aligned: attributes.aligned });
    if (context.accept(',')) continue;
    if (!context.accept(';')) {
      context.syntaxError('";" is missing behind this member.', context.previous);
      if (!startsDeclaration(context)) {
        while (!context.atEnd && !context.is(';') && !context.is('}')) context.advance();
        context.accept(';');
      }
    }
    return;
  }
}
