import { TokenKind } from '../source/token.ts';
import { type Context, MAX_OBJECT_SIZE } from './context.ts';
import { readInteger } from './expression.ts';
import { type Aggregate, MAX_RANGE_ELEMENTS, type Step } from './initialiser-path.ts';
import { reportUnknownMember } from './operand.ts';
import { runSpan } from './scalar-value.ts';
import { type ArrayType, type CType, describeType, fieldAt, findMember, isRecord, type RecordType } from './types.ts';

/** GNU's old `name: value`. */
export function isOldDesignator(context: Context): boolean {
  return context.token.kind === TokenKind.Identifier && context.ahead().text === ':' && context.ahead().kind === TokenKind.Punctuator;
}

/** Reads `.a.b[2] =` from the braced type on. Undefined when a name or index is wrong (reported). */
export function readDesignator(context: Context, type: Aggregate): Step[] | undefined {
  const path: Step[] = [];
  let current: CType = type;
  for (;;) {
    if (context.accept('[')) {
      const step = readIndex(context, current);
      if (!step) return undefined;
      path.push(step);
      current = (step.type as ArrayType).element;
    } else if (context.is('.') || (path.length === 0 && isOldDesignator(context))) {
      const old = !context.accept('.');
      const name = context.token;
      if (name.kind !== TokenKind.Identifier) {
        context.syntaxError('The name of a member is missing behind the dot.', context.previous);
        return undefined;
      }
      context.advance();
      const steps: readonly number[] | undefined = isRecord(current) ? findMember(current, name.text) : undefined;
      if (!isRecord(current) || !steps) {
        reportUnknownMember(context, current, name);
        return undefined;
      }
      for (const index of steps) {
        path.push({ type: current as RecordType, index, last: index });
        current = fieldAt(current as RecordType, index).type;
      }
      if (old) {
        context.advance();
        return path;
      }
    } else break;
  }
  // gcc lets the "=" be left out behind an index.
  if (!context.accept('=') && (path.at(-1)?.type.kind !== 'array' || context.is(',') || context.is('}'))) {
    context.syntaxError('"=" and a value are missing behind this designator.', context.previous);
    return undefined;
  }
  return path;
}

function readIndex(context: Context, type: CType): Step | undefined {
  const start = context.at;
  const first = readInteger(context, 'An array index');
  const last = context.accept('...') ? readInteger(context, 'An array index') : first;
  const span = runSpan(context, start);
  context.expect(']', 'behind the index');
  if (first === undefined || last === undefined) return undefined;
  if (type.kind !== 'array') {
    context.damaged = true;
    context.report('c-type', 'error', `${describeType(type)} is no array, so an index cannot stand here.`, span);
    return undefined;
  }
  const problem =
    first < 0n || last < 0n
      ? 'An array index cannot be negative.'
      : last < first
        ? `This range is empty: ${last} is below ${first}.`
        : type.length !== undefined && last >= BigInt(type.length)
          ? `The array has ${type.length} element${type.length === 1 ? '' : 's'} (0 to ${type.length - 1}); there is no element ${last}.`
          : last * BigInt(type.element.size) > BigInt(MAX_OBJECT_SIZE) || last - first > BigInt(MAX_RANGE_ELEMENTS)
            ? 'This array would become too large to be a config.'
            : undefined;
  if (problem) {
    context.damaged = true;
    context.report('c-type', 'error', problem, span);
    return undefined;
  }
  return { type, index: Number(first), last: Number(last) };
}
