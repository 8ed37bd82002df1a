import type { Span } from '../source/span.ts';
import type { LabelTable } from './source-lookup.ts';
import { addLabel, SourceNode, SourceProperty } from './source-node.ts';
import { mark, type PlacedLabel, type StatementCursor } from './statement-cursor.ts';
import type { TreeText } from './tree-text.ts';
import { TreeTokenKind } from './tree-token.ts';
import type { ValueReader } from './value-reader.ts';

/** A node whose closing brace has not been read yet. */
interface OpenNode {
  readonly node: SourceNode;
  readonly name: Span;
  readonly source: TreeText;
  /** Offset of the opening brace. */
  readonly brace: number;
  /** The first child, once there is one: properties must come before it. */
  firstChild: Span | undefined;
  outOfOrder: boolean;
}

/** Reads nodes: what stands between braces. */
export class NodeReader {
  constructor(
    private readonly cursor: StatementCursor,
    private readonly values: ValueReader,
    private readonly labels: LabelTable,
  ) {}

  /** Reads `{ … };` of a node and of all nodes in it. The current token is the brace. */
  read(top: SourceNode, name: Span): void {
    const { cursor } = this;
    const { lexer } = cursor;
    const open: OpenNode[] = [this.opened(top, name)];
    for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
      if (cursor.problems.full) return;
      if (lexer.kind === TreeTokenKind.End) {
        const related = [{ span: at.name, message: 'the node begins here' }];
        const where = lexer.lastSource.spanOf(lexer.lastStart, lexer.lastEnd);
        cursor.problems.report('dts-syntax', 'The text ends inside a node. Close it with };', where, related);
        for (const unclosed of open) this.close(unclosed, unclosed.source.text.length);
        return;
      }
      if (cursor.isChar(mark.close)) {
        this.close(at, lexer.source === at.source ? lexer.end : at.source.text.length);
        open.pop();
        lexer.next();
        cursor.semicolon('behind the closing brace of a node');
        continue;
      }
      const child = this.member(at);
      if (child !== undefined) open.push(child);
    }
  }

  private opened(node: SourceNode, name: Span): OpenNode {
    const { source, start } = this.cursor.lexer;
    this.cursor.lexer.next();
    return { node, name, source, brace: start, firstChild: undefined, outOfOrder: false };
  }

  private close(open: OpenNode, end: number): void {
    open.node.places.push({ name: open.name, body: open.source.spanOf(open.brace, end) });
  }

  /** Reads one property or the head of one child; returns a child that is open now. */
  private member(at: OpenNode): OpenNode | undefined {
    const { cursor } = this;
    const { lexer } = cursor;
    let labels = cursor.labels();
    let omit = false;
    while (cursor.isKeyword('/omit-if-no-ref/')) {
      omit = true;
      lexer.next();
      labels = labels.concat(cursor.labels());
    }
    if (lexer.kind === TreeTokenKind.Keyword) {
      this.deletion(at, labels);
      return undefined;
    }
    if (lexer.kind !== TreeTokenKind.Name) {
      if (cursor.isChar(mark.semicolon)) {
        cursor.superfluous();
        return undefined;
      }
      cursor.unexpected('a property, a child node or };');
      if (lexer.kind === TreeTokenKind.End || cursor.isChar(mark.close)) return undefined;
      if (cursor.isChar(mark.open)) return this.child(at, '', cursor.place(), labels, false);
      lexer.next();
      cursor.skip();
      return cursor.isChar(mark.open) ? this.child(at, '', cursor.place(), labels, false) : undefined;
    }
    const { text } = lexer;
    const name = cursor.place();
    const { source } = lexer;
    lexer.next();
    if (cursor.isChar(mark.open)) return this.child(at, text, name, labels, omit);
    if (!cursor.isChar(mark.equals) && !cursor.isChar(mark.semicolon)) {
      if (lexer.startsLine()) cursor.semicolon(`behind ${text}`);
      else {
        cursor.unexpected(`"=", "{" or ";" behind ${text}`);
        cursor.skip();
      }
      if (cursor.isChar(mark.open)) return this.child(at, text, name, labels, omit);
      this.addProperty(at, new SourceProperty(text, new Uint8Array(0), name), labels);
      return undefined;
    }
    if (omit) cursor.problems.report('dts-syntax', '/omit-if-no-ref/ is for nodes, and this is a property.', name);
    this.property(at, text, name, source, labels);
    return undefined;
  }

  private property(at: OpenNode, text: string, name: Span, nameSource: TreeText, labels: readonly PlacedLabel[]): void {
    const { cursor } = this;
    const { lexer } = cursor;
    if (at.firstChild !== undefined && !at.outOfOrder) {
      at.outOfOrder = true;
      const related = [{ span: at.firstChild, message: 'the first child node' }];
      const message = `Properties stand before the child nodes, and ${text} stands behind one. Move it up.`;
      cursor.problems.report('dts-syntax', message, labels[0]?.span ?? name, related);
    }
    if (cursor.isChar(mark.semicolon)) {
      lexer.next();
      this.addProperty(at, new SourceProperty(text, new Uint8Array(0), name), labels);
      return;
    }
    lexer.next();
    const { source, start } = lexer;
    const read = this.values.read();
    const end = lexer.lastSource === source && lexer.lastEnd > start ? lexer.lastEnd : start + 1;
    const valueSpan = source === nameSource ? source.spanOf(start, end) : name;
    this.addProperty(at, new SourceProperty(text, read.value, name, valueSpan, read.parts, read.markers), labels);
    if (read.complete) cursor.semicolon(`behind the value of ${text}`);
    else this.recover();
  }

  private addProperty(at: OpenNode, property: SourceProperty, labels: readonly PlacedLabel[]): void {
    for (let i = labels.length - 1; i >= 0; i--) {
      const { name, span } = labels[i] as PlacedLabel;
      addLabel(property.marks, name, span);
    }
    at.node.addProperty(property);
  }

  private child(at: OpenNode, text: string, name: Span, labels: readonly PlacedLabel[], omit: boolean): OpenNode {
    const node = new SourceNode(text, name);
    node.omitIfUnused = omit;
    for (let i = labels.length - 1; i >= 0; i--) this.giveLabel(node, labels[i] as PlacedLabel);
    // What has no name is read, but belongs to no tree.
    if (text !== '') at.node.addChild(node);
    at.firstChild ??= name;
    return this.opened(node, name);
  }

  /** `/delete-node/ name;` and `/delete-property/ name;`: they count when this is merged into an earlier node. */
  private deletion(at: OpenNode, labels: readonly PlacedLabel[]): void {
    const { cursor } = this;
    const { lexer } = cursor;
    const keyword = lexer.text;
    if (keyword !== '/delete-node/' && keyword !== '/delete-property/') {
      cursor.problem(`${keyword} cannot stand inside a node.`);
      lexer.next();
      this.recover();
      return;
    }
    lexer.next();
    if (lexer.kind !== TreeTokenKind.Name) {
      const more = lexer.kind === TreeTokenKind.Reference ? ' References to nodes are deleted outside of all nodes.' : '';
      cursor.unexpected(`a name behind ${keyword}`, more);
      lexer.next();
      this.recover();
      return;
    }
    const span = cursor.place();
    if (keyword === '/delete-node/') {
      const node = new SourceNode(lexer.text, span);
      for (let i = labels.length - 1; i >= 0; i--) this.giveLabel(node, labels[i] as PlacedLabel);
      node.deleted = true;
      node.parentLost = true;
      at.node.addChild(node);
      at.firstChild ??= span;
      lexer.next();
    } else {
      const { text } = lexer;
      if (at.firstChild !== undefined && !at.outOfOrder) {
        at.outOfOrder = true;
        const related = [{ span: at.firstChild, message: 'the first child node' }];
        cursor.problems.report('dts-syntax', 'Properties are deleted before the child nodes. Move this up.', span, related);
      }
      const property = new SourceProperty(text, new Uint8Array(0), span);
      property.deleted = true;
      at.node.addProperty(property);
      lexer.next();
    }
    cursor.semicolon(`behind ${keyword}`);
  }

  /** Behind an error in the middle of something: to what follows the next semicolon, or where something new begins. */
  recover(): void {
    const { cursor } = this;
    if (cursor.lexer.startsLine()) cursor.goOnHere();
    else cursor.skip();
    if (cursor.isChar(mark.open)) this.read(new SourceNode('', cursor.place()), cursor.place());
  }

  giveLabel(node: SourceNode, { name, span }: PlacedLabel): void {
    addLabel(node.marks, name, span);
    this.labels.add(name, node);
  }
}
