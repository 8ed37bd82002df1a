import type { Choices } from '../generate/choices.ts';
import type { TreeInput } from './source-oracle.ts';

const nodeNames = ['a', 'b', 'c', 'bus', 'dev@0', 'dev@10', 'serial@7e20,1', 'x_y-z', '0', 'n.m+o'];
const propertyNames = ['a', 'b', 'reg', '#size-cells', 'x,y', 'status', 'p?', 'q*', '1', 'phandle-like', 'r_s'];
/** Labels of the tree that an overlay is for. */
const foreignNames = ['gic', 'uart', 'clk'];

/** Writes a source of every construct that dtc has. Most are sound; what is not is refused by both sides. */
export function randomSource(choices: Choices): TreeInput {
  return new SourceWriter(choices).write();
}

class SourceWriter {
  private readonly labels: string[] = [];
  private plugin = false;
  private otherLabels = 0;
  private depth = 0;

  constructor(private readonly choices: Choices) {}

  write(): TreeInput {
    const { choices } = this;
    const plugin = choices.chance(30);
    this.plugin = plugin;
    const symbols = choices.chance(30);
    const parts = [
      plugin ? '/dts-v1/;\n/plugin/;\n' : '/dts-v1/;\n',
      '#define ONE 1\n#define ADD(x, y) ((x) + (y))\n#define REF(l) <&l 5>\n',
    ];
    for (let count = choices.below(3); count > 0; count--) parts.push(`/memreserve/ ${this.integer()} ${this.integer()};\n`);
    parts.push(plugin && choices.chance(50) ? this.extension() : `/ ${this.body()};\n`);
    for (let count = choices.below(5); count > 0; count--) parts.push(this.topLevel());
    return { source: parts.join(''), files: new Map(), symbols };
  }

  private topLevel(): string {
    const { choices } = this;
    return choices.weighted<() => string>([
      [4, () => this.extension()],
      [3, () => `/ ${this.body()};\n`],
      [1, () => (this.labels.length > 3 ? `/omit-if-no-ref/ &${choices.pick(this.labels)};\n` : '')],
      [1, () => (this.labels.length > 5 && choices.chance(30) ? `/delete-node/ &${choices.pick(this.labels)};\n` : '')],
    ])();
  }

  private extension(): string {
    const label = this.choices.chance(20) ? `${this.label()} ` : '';
    return `${label}${this.labelReference(label === '')} ${this.body()};\n`;
  }

  private body(): string {
    const { choices } = this;
    this.depth++;
    const indent = '\t'.repeat(this.depth);
    const lines: string[] = [];
    for (const name of this.some(propertyNames, 5)) lines.push(`${indent}${this.property(name)}\n`);
    if (this.depth < 4)
      for (const name of this.some(nodeNames, 3)) {
        const omit = choices.chance(10) ? '/omit-if-no-ref/ ' : '';
        const label = choices.chance(50) ? `${this.label()} ` : '';
        lines.push(choices.chance(10) ? `${indent}/delete-node/ ${name};\n` : `${indent}${omit}${label}${name} ${this.body()};\n`);
      }
    this.depth--;
    return `{\n${lines.join('')}${'\t'.repeat(this.depth)}}`;
  }

  private property(name: string): string {
    const { choices } = this;
    if (choices.chance(8)) return `/delete-property/ ${name};`;
    const label = choices.chance(5) ? `${this.otherLabel()} ` : '';
    if (choices.chance(15)) return `${label}${name};`;
    const values: string[] = [];
    for (let count = 1 + choices.below(3); count > 0; count--) values.push(this.value());
    return `${label}${name} = ${values.join(choices.chance(50) ? ', ' : ',')};`;
  }

  private value(): string {
    return this.choices.weighted<() => string>([
      [6, () => `<${this.list(() => this.cell(32))}>`],
      [3, () => this.string()],
      [2, () => `[${this.list(() => (this.choices.chance(10) ? this.otherLabel() : this.byte()))}]`],
      [2, () => this.reference()],
      [1, () => this.elements()],
      [1, () => (this.labels.length > 0 ? `REF(${this.choices.pick(this.labels)})` : '<>')],
      [1, () => `${this.otherLabel()} <${this.cell(32)}>`],
    ])();
  }

  private elements(): string {
    const width = this.choices.pick([8, 16, 32, 64]);
    return `/bits/ ${width} <${this.list(() => this.cell(width))}>`;
  }

  private cell(width: number): string {
    return this.choices.weighted<() => string>([
      [5, () => `${this.choices.below(width === 8 ? 256 : 65536)}`],
      [2, () => `0x${this.choices.below(width === 8 ? 256 : width === 16 ? 65536 : 0x7fffffff).toString(16)}`],
      [width === 32 ? 3 : 0, () => this.labelReference(true)],
      [2, () => `(${this.expression(3)}${width === 64 ? '' : ` & ${(1n << BigInt(width)) - 1n}`})`],
      [1, () => this.choices.pick(['ONE', 'ADD(ONE, 2)', "'c'", "'\\n'", "'\\x7f'"])],
    ])();
  }

  private integer(): string {
    return this.choices.chance(50) ? `0x${this.choices.below(0x7fffffff).toString(16)}` : `(${this.expression(2)})`;
  }

  private expression(depth: number): string {
    const { choices } = this;
    if (depth === 0 || choices.chance(30))
      return choices.pick(['1', '0', '2', '0x10', '077', '0xffffffffffffffff', '63', '64', "'a'", '7']);
    const inner = (): string => this.expression(depth - 1);
    return choices.weighted<() => string>([
      [
        6,
        () =>
          `${inner()} ${choices.pick(['+', '-', '*', '<<', '>>', '&', '|', '^', '&&', '||', '<', '>', '<=', '>=', '==', '!='])} ${inner()}`,
      ],
      [2, () => `(${inner()})`],
      [1, () => `${inner()} ${choices.pick(['/', '%'])} ${choices.pick(['3', '0x100', '(1 + 1)'])}`],
      [2, () => `${choices.pick(['-', '~', '!'])}${inner()}`],
      [1, () => `${inner()} ? ${inner()} : ${inner()}`],
    ])();
  }

  private string(): string {
    const { choices } = this;
    const pieces: string[] = [];
    for (let count = choices.below(4); count > 0; count--)
      pieces.push(
        choices.pick([
          'text',
          ' ',
          'a,b',
          '\\n',
          '\\"',
          '\\x41',
          '\\0',
          '\\101',
          '\\\\',
          'ü',
          "'",
          '/*',
          '//',
          'ONE',
          '\n two  spaces\tand ONE ',
          '\n\n#x',
        ]),
      );
    const text = pieces.join('');
    // On the lines behind the first, cpp takes comments out, the closing quote with them.
    return `"${text.includes('\n') ? text.replace(/\/[*/]/g, '') : text}"`;
  }

  private byte(): string {
    return this.choices.below(256).toString(16).padStart(2, '0');
  }

  private reference(): string {
    if (this.choices.chance(3)) return this.choices.pick(['&nothing', `&{/${this.choices.pick(nodeNames)}}`, '&{/a/b}']);
    return this.choices.chance(10) ? '&{/}' : this.labelReference();
  }

  /** To a label that is there; in an overlay also to one of the tree below. */
  private labelReference(foreign = false): string {
    const { choices } = this;
    if (foreign && this.plugin && choices.chance(40)) return `&${choices.pick(foreignNames)}`;
    return this.labels.length > 0 ? `&${choices.pick(this.labels)}` : '&{/}';
  }

  /** The label of a node. */
  private label(): string {
    const name = this.choices.chance(1) ? 'twice' : `l${this.labels.length}`;
    this.labels.push(name);
    return `${name}:`;
  }

  /** A label that nothing refers to: dtc's references are to nodes only. */
  private otherLabel(): string {
    return `v${this.otherLabels++}:`;
  }

  private list(item: () => string): string {
    const items: string[] = [];
    for (let count = this.choices.below(5); count > 0; count--) items.push(item());
    return items.join(' ');
  }

  /** Some of the names, each once. */
  private some(names: readonly string[], limit: number): string[] {
    const rest = [...names];
    const out: string[] = [];
    for (let count = this.choices.below(limit + 1); count > 0; count--)
      out.push(rest.splice(this.choices.below(rest.length), 1)[0] as string);
    return out;
  }
}
