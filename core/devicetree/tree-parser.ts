import type { Fix } from '../source/finding.ts';
import type { Span } from '../source/span.ts';
import type { CellExpression } from './cell-expression.ts';
import type { MemoryReservation } from './model.ts';
import type { NodeReader } from './node-reader.ts';
import type { LabelTable } from './source-lookup.ts';
import { deleteNode, mergeNodes, SourceNode, SourceProperty } from './source-node.ts';
import type { SourceProblems } from './source-problems.ts';
import { mark, type PlacedLabel, type StatementCursor } from './statement-cursor.ts';
import { LexerState, TreeTokenKind } from './tree-token.ts';

export interface ParsedTree {
  /** Undefined where the source has no node at all. */
  readonly root: SourceNode | undefined;
  readonly plugin: boolean;
  readonly reservations: readonly MemoryReservation[];
}

/** Reads dtc's language (dtc 1.6.1, dtc-parser.y) into one tree. What is wrong is reported, and the reading goes on behind it. */
export class TreeParser {
  private root: SourceNode | undefined;
  private plugin = false;
  private readonly reservations: MemoryReservation[] = [];
  private fragments = 0;

  constructor(
    private readonly cursor: StatementCursor,
    private readonly nodes: NodeReader,
    private readonly integers: CellExpression,
    private readonly labels: LabelTable,
    private readonly problems: SourceProblems,
  ) {}

  parse(): ParsedTree {
    const { cursor } = this;
    const { lexer } = cursor;
    lexer.next();
    this.header();
    while (lexer.kind !== TreeTokenKind.End && !this.problems.full) this.topLevel();
    if (this.root === undefined && this.problems.findings.length === 0) {
      const where = lexer.lastSource.spanOf(lexer.lastStart, lexer.lastEnd);
      this.problems.report('dts-syntax', 'There is no node here. A device tree has at least its root: / { };', where);
    }
    return { root: this.root, plugin: this.plugin, reservations: this.reservations };
  }

  private header(): void {
    const { cursor } = this;
    const { lexer } = cursor;
    if (!cursor.isKeyword('/dts-v1/')) {
      const span = cursor.place();
      const fix: Fix = { title: 'Insert /dts-v1/;', edits: [{ span: { ...span, end: span.start }, newText: '/dts-v1/;\n' }] };
      this.problems.report('dts-syntax', 'A device tree source starts with /dts-v1/; and that is missing here.', span, [], [fix]);
      this.plugin = cursor.isKeyword('/plugin/');
      if (this.plugin) this.pluginTag();
      else lexer.again(LexerState.Name);
      return;
    }
    for (let first = true; cursor.isKeyword('/dts-v1/'); first = false) {
      const span = cursor.place();
      lexer.next();
      cursor.semicolon('behind /dts-v1/');
      const plugin = cursor.isKeyword('/plugin/');
      if (plugin) this.pluginTag();
      if (first) this.plugin = plugin;
      else if (plugin !== this.plugin)
        this.problems.report('dts-syntax', 'This header says another thing about /plugin/; than the one before it.', span);
    }
  }

  private pluginTag(): void {
    this.cursor.lexer.next();
    this.cursor.semicolon('behind /plugin/');
  }

  // --- top level -------------------------------------------------------------------------------------------------

  private topLevel(): void {
    const { cursor } = this;
    const { lexer } = cursor;
    const labels = cursor.labels();
    if (cursor.isKeyword('/memreserve/')) {
      this.memreserve();
      return;
    }
    if (cursor.isChar(mark.slash)) {
      if (labels[0] !== undefined) this.problems.report('dts-syntax', 'The root node takes no label. Remove it.', labels[0].span);
      this.rootNode();
      return;
    }
    if (lexer.kind === TreeTokenKind.Reference) {
      this.referredNode(labels);
      return;
    }
    if (labels[0] !== undefined)
      this.problems.report('dts-syntax', 'Here a label can only stand before &label { or &{/path} {.', labels[0].span);
    if (cursor.isKeyword('/delete-node/') || cursor.isKeyword('/omit-if-no-ref/')) {
      this.onReference(lexer.text);
      return;
    }
    if (cursor.isKeyword('/dts-v1/') || cursor.isKeyword('/plugin/')) {
      cursor.problem(`${lexer.text}; stands once, at the very top of the source. Remove it here.`);
      lexer.next();
      if (cursor.isChar(mark.semicolon)) lexer.next();
      return;
    }
    if (lexer.kind === TreeTokenKind.End) return;
    if (cursor.isChar(mark.semicolon)) {
      cursor.superfluous();
      return;
    }
    cursor.unexpected('/ {, &label { or &{/path} {');
    if (!cursor.isChar(mark.open) && !cursor.isChar(mark.close)) {
      lexer.next();
      cursor.skip();
    }
    // A node without a parent: read to its end, so that what follows is read well.
    if (cursor.isChar(mark.open)) this.nodes.read(new SourceNode('', cursor.place()), cursor.place());
    else if (cursor.isChar(mark.close)) {
      lexer.next();
      if (cursor.isChar(mark.semicolon)) lexer.next();
    }
  }

  private memreserve(): void {
    const { cursor } = this;
    const { lexer } = cursor;
    const { source, start } = lexer;
    if (this.root !== undefined) cursor.problem('/memreserve/ stands before the first node. Move it up.');
    lexer.next();
    const address = this.integers.read();
    const size = address === undefined ? undefined : this.integers.read();
    if (address === undefined || size === undefined) {
      this.nodes.recover();
      return;
    }
    const end = lexer.lastSource === source ? lexer.lastEnd : start + 1;
    this.reservations.push({ address: BigInt(address), size: BigInt(size), span: source.spanOf(start, end) });
    cursor.semicolon('behind the reservation');
  }

  private rootNode(): void {
    const { cursor } = this;
    const { lexer } = cursor;
    const name = cursor.place();
    lexer.next();
    if (!cursor.isChar(mark.open)) {
      cursor.unexpected('"{"');
      this.nodes.recover();
      return;
    }
    const node = new SourceNode('', name);
    if (this.root === undefined) this.root = node;
    this.nodes.read(node, name);
    if (this.root !== node) this.merge(this.root, node);
  }

  private referredNode(labels: readonly PlacedLabel[]): void {
    const { cursor } = this;
    const { lexer } = cursor;
    const { text: reference } = lexer;
    const name = cursor.place();
    if (labels[1] !== undefined) this.problems.report('dts-syntax', 'Before a reference only one label can stand.', labels[1].span);
    lexer.next();
    if (!cursor.isChar(mark.open)) {
      cursor.unexpected('"{"');
      this.nodes.recover();
      return;
    }
    const node = new SourceNode('', name);
    this.nodes.read(node, name);
    const first = this.root === undefined;
    this.root ??= new SourceNode('', name);
    const label = labels[0];
    if (first && label !== undefined) this.problems.report('dts-syntax', 'The first node of a source takes no label here.', label.span);
    // dtc looks for labels in the overlay itself first; a path always means the tree below.
    const own = first || (this.plugin && reference.startsWith('/') && label === undefined);
    const target = own ? undefined : this.labels.reference(this.root, reference);
    if (target !== undefined) {
      if (label !== undefined) this.nodes.giveLabel(target, label);
      this.merge(target, node);
    } else if (this.plugin && label === undefined) this.addFragment(this.root, node, reference, name);
    else this.unknown(reference, name);
  }

  private unknown(reference: string, span: Span): void {
    const what = reference.startsWith('/') ? `There is no node ${reference} up to here.` : `No node up to here has the label ${reference}.`;
    this.problems.report(
      'dts-reference',
      `${what} Write it before, include the file that has it, or make this an overlay with /plugin/;.`,
      span,
    );
  }

  /** `&label { … };` in an overlay, for a node of the tree below (dtc, livetree.c:add_orphan_node). */
  private addFragment(root: SourceNode, overlay: SourceNode, reference: string, span: Span): void {
    const isPath = reference.startsWith('/');
    const fragment = new SourceNode(`fragment@${this.fragments++}`, span);
    const value = isPath ? new TextEncoder().encode(`${reference}\0`) : Uint8Array.of(255, 255, 255, 255);
    const part = { kind: isPath ? 'string' : 'cell', offset: 0, size: value.length, span, reference } as const;
    const markers = isPath ? [] : [{ kind: 'phandle', offset: 0, name: reference, span } as const];
    fragment.addProperty(new SourceProperty(isPath ? 'target-path' : 'target', value, span, span, [part], markers));
    const content = new SourceNode('__overlay__', overlay.span);
    content.places = overlay.places;
    for (const property of overlay.properties) content.addProperty(property);
    for (const child of overlay.children) content.addChild(child);
    fragment.addChild(content);
    root.addChild(fragment);
  }

  /** `/delete-node/ &label;` and `/omit-if-no-ref/ &label;` */
  private onReference(keyword: string): void {
    const { cursor } = this;
    const { lexer } = cursor;
    lexer.next();
    if (lexer.kind !== TreeTokenKind.Reference) {
      cursor.unexpected('&label or &{/path}', " Names of children stand inside their parent's braces.");
      this.nodes.recover();
      return;
    }
    const target = this.root === undefined ? undefined : this.labels.reference(this.root, lexer.text);
    if (target === undefined) this.unknown(lexer.text, cursor.place());
    else if (keyword === '/delete-node/') deleteNode(target);
    else target.omitIfUnused = true;
    lexer.next();
    cursor.semicolon(`behind ${keyword}`);
  }

  private merge(into: SourceNode, from: SourceNode): void {
    mergeNodes(into, from, (name, node) => this.labels.add(name, node));
  }
}
