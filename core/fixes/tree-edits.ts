import type { TreeNode, TreeProperty } from '../devicetree/model.ts';
import type { TextEdit } from '../source/finding.ts';
import type { Span } from '../source/span.ts';

/** The text of a file; undefined for a blob. */
type TextOf = (path: string) => string | undefined;

/**
 * Adds lines (without indentation; nested lines with one tab per level) at the end of a node, where a child node goes. Undefined where the node is
 * not written in a text.
 */
export function addChild(node: TreeNode, lines: readonly string[], textOf: TextOf): TextEdit | undefined {
  const body = node.places.at(-1)?.body;
  const text = body && textOf(body.file);
  if (body === undefined || text === undefined) return undefined;
  const style = styleAt(text, body);
  const close = body.end - 1;
  const { lineBreak, outer, inner, unit } = style;
  const block = lines.map((line) => (line === '' ? '' : `${inner}${line.replaceAll('\t', unit)}`)).join(lineBreak);
  // The brace keeps its line; what stands before it on that line is indentation, or the body is on one line.
  const lineStart = text.lastIndexOf('\n', close - 1) + 1;
  const alone = lineStart > body.start && text.slice(lineStart, close).trim() === '';
  if (alone) {
    const before = node.children.length > 0 || node.properties.length > 0 ? lineBreak : '';
    const at = lineStart;
    return { span: { file: body.file, start: at, end: at }, newText: `${before}${block}${lineBreak}` };
  }
  return { span: { file: body.file, start: close, end: close }, newText: `${lineBreak}${block}${lineBreak}${outer}` };
}

/** Adds lines, as `addChild` takes them, behind a node on its level. Undefined where the node is not written in a text as `name { … };`. */
export function addSibling(node: TreeNode, lines: readonly string[], textOf: TextOf): TextEdit | undefined {
  const body = node.places[0]?.body;
  const text = body && textOf(body.file);
  if (body === undefined || text === undefined) return undefined;
  const semicolon = text.indexOf(';', body.end);
  if (semicolon < 0 || text.slice(body.end, semicolon).trim() !== '') return undefined;
  const { lineBreak, outer, unit } = styleAt(text, body);
  const block = lines.map((line) => (line === '' ? '' : `${outer}${line.replaceAll('\t', unit)}`)).join(lineBreak);
  const at = semicolon + 1;
  return { span: { file: body.file, start: at, end: at }, newText: `${lineBreak}${lineBreak}${block}` };
}

/** Adds a property (`no-map;`) behind the last one of a node: properties stand before child nodes. */
export function addProperty(node: TreeNode, line: string, textOf: TextOf): TextEdit | undefined {
  const body = node.places.at(-1)?.body;
  const text = body && textOf(body.file);
  if (body === undefined || text === undefined) return undefined;
  const { lineBreak, inner } = styleAt(text, body);
  const own = node.properties.filter(({ span }) => span.file === body.file && span.start > body.start && span.end < body.end);
  const last = own.reduce<TreeProperty | undefined>((a, b) => (a !== undefined && a.valueSpan.end > b.valueSpan.end ? a : b), undefined);
  const semicolon = last === undefined ? body.start : text.indexOf(';', Math.max(last.valueSpan.end, last.span.end));
  if (semicolon < 0) return undefined;
  const at = semicolon + 1;
  return { span: { file: body.file, start: at, end: at }, newText: `${lineBreak}${inner}${line}` };
}

/** Puts another text in place of a property's value (`<0x0 0x10000000>`), or gives it one. */
export function replaceValue(property: TreeProperty, value: string): TextEdit {
  if (property.value.length === 0 && property.parts.length === 0) {
    const at = property.span.end;
    return { span: { file: property.span.file, start: at, end: at }, newText: ` = ${value}` };
  }
  return { span: property.valueSpan, newText: value };
}

interface Style {
  readonly lineBreak: string;
  /** Indentation of the node. */
  readonly outer: string;
  /** Indentation of what is in it. */
  readonly inner: string;
  readonly unit: string;
}

function styleAt(text: string, body: Span): Style {
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  const lineStart = text.lastIndexOf('\n', body.start - 1) + 1;
  const outer = /^[ \t]*/.exec(text.slice(lineStart, body.start))?.[0] ?? '';
  const firstInside = /\n([ \t]+)\S/.exec(text.slice(body.start, body.end - 1))?.[1];
  const unit = /\n( +)\S/.exec(text)?.[1] !== undefined && !/\n\t/.test(text) ? '    ' : '\t';
  const inner = firstInside !== undefined && firstInside.length > outer.length ? firstInside : `${outer}${unit}`;
  return { lineBreak, outer, inner, unit };
}
