import { type ArrayShape, arrayShapes, cellDescriptor, consoleType, memory, platformInfo } from './abi-shapes.ts';
import { arrayOf, type CType, declare, integerTypes, type RecordType, recordBody, scalarCount, TypeMaker } from './c-types.ts';
import type { Choices } from './choices.ts';
import { castTypes, expression, literal } from './expressions.ts';
import { type InitialiserScope, InitialiserWriter } from './initialisers.ts';

export interface RandomConfigOptions {
  readonly architecture: 'arm64' | 'arm' | 'x86';
}

interface OuterMember {
  readonly name: string;
  readonly type: CType;
}

interface Macros {
  readonly lines: string[];
  readonly names: string[];
  readonly calls: { name: string; parameters: number }[];
  readonly elements: Map<string, { name: string; parameters: number }[]>;
}

/** One C source with one config object, revision 14, that uses everything the evaluator has to read. gcc takes nearly all of them. */
export function randomConfig(c: Choices, options: RandomConfigOptions): string {
  const types = new TypeMaker(c);
  const system = c.chance(40);
  const macros = randomMacros(c);
  const declarations: string[] = [];
  if (c.chance(20)) {
    declarations.push(`typedef enum { E_ZERO, E_FIVE = 5, E_SIX, E_BIG = ${literal(c)} & 0x7fffffff } choice;`);
    macros.names.push('E_FIVE', 'E_SIX', 'E_BIG');
  }

  const arrays = arrayShapes
    .filter((shape) => c.chance(shape.member === 'mem_regions' ? 85 : 25))
    .map((shape) => ({ shape, length: c.below(5) + 1 }));
  const tagged = taggedTypes(c, types, declarations);
  const foreign: OuterMember[] = [];
  for (let i = c.below(4); i > 0; i--) {
    const kind = tagged.length > 0 && c.chance(40) ? c.pick(tagged) : types.type(2);
    foreign.push({ name: types.fresh('extra'), type: c.chance(20) ? arrayOf(kind, 1 + c.below(3), c) : kind });
  }

  const cpuWords = 1 + c.below(2);
  const outer: OuterMember[] = [
    { name: 'cpus', type: { kind: 'array', of: integerTypes[0] as CType, length: cpuWords, dimension: `${cpuWords}` } },
    ...arrays.map(({ shape, length }) => ({ name: shape.member, type: arrayOf(shape.element, length, c) })),
    ...foreign,
  ];
  const scope: InitialiserScope = {
    members: outer.filter(({ type }) => scalarCount(type) > 0).map((member) => member.name),
    arrays: outer.filter(({ type }) => type.kind === 'array' && type.length > 0 && scalarCount(type) > 0).map((member) => member.name),
    types: [
      ...castTypes,
      'struct jailhouse_memory',
      'struct jailhouse_cell_desc',
      'struct jailhouse_system',
      'union jailhouse_stream_id',
      '__u32[3]',
    ],
    names: macros.names,
    calls: macros.calls,
    elementMacros: macros.elements,
    conditions: [
      '#if 1',
      '#ifdef NOT_THERE',
      '#ifndef NOT_THERE',
      `#if ${c.pick(['BASE > 0x1000', 'defined(BASE) && !defined NOT_THERE', '0', '-1 < 0u', "'a' == 97", '(1 ? 2 : 3) == 2'])}`,
    ],
  };
  const writer = new InitialiserWriter(c, scope);

  const header = system ? systemHeader(c, writer, options, arrays) : descriptor(c, writer, options, arrays, true);
  const headerName = system ? 'header' : 'cell';
  const body = [
    `\t${system ? 'struct jailhouse_system' : 'struct jailhouse_cell_desc'} ${headerName};`,
    ...outer.map((member) => `\t${declare(member.type, member.name, 2)};`),
  ];
  const values = [`.${headerName} = ${header}`];
  for (const member of outer) {
    if (c.chance(15)) continue;
    values.push(`.${member.name} = ${writer.value(member.type, 4)}`);
    if (c.chance(4)) values.push(`.${member.name} = ${writer.value(member.type, 2)}`);
  }
  const packed = c.chance(85) ? ' __attribute__((packed))' : '';
  const definition = c.weighted([
    [70, `struct {\n${body.join('\n')}\n}${packed} config =`],
    [10, `struct board {\n${body.join('\n')}\n}${packed};\n\nstruct board config =`],
    [10, `typedef struct {\n${body.join('\n')}\n}${packed} board_t;\n\nboard_t config =`],
    [10, `const struct board {\n${body.join('\n')}\n}${packed} config =`],
  ]);
  return [
    '/* Generated; “not” written by hand. */',
    '#include <jailhouse/types.h>',
    '#include <jailhouse/cell-config.h>',
    '',
    ...macros.lines,
    '',
    ...declarations,
    '',
    `${definition} {`,
    values.map((value) => `\t${value},`).join('\n'),
    '};',
    '',
  ].join('\n');
}

/** Structures, unions, enumerations and typedefs that the object's members use. */
function taggedTypes(c: Choices, types: TypeMaker, declarations: string[]): RecordType[] {
  const out: RecordType[] = [];
  for (let i = c.below(3); i > 0; i--) {
    const name = types.fresh('tag');
    const record = types.record(2);
    const keyword = record.union ? 'union' : 'struct';
    const attributes = record.attributes && ` ${record.attributes}`;
    if (c.chance(50)) {
      declarations.push(`${recordBody(record, `${keyword} ${name}`, 1)}${attributes};`);
      out.push({ ...record, reference: `${keyword} ${name}` });
    } else {
      declarations.push(`typedef ${recordBody(record, keyword, 1)}${attributes} ${name};`);
      out.push({ ...record, reference: name });
    }
  }
  return out;
}

function randomMacros(c: Choices): Macros {
  const macros: Macros = {
    lines: [
      `#define BASE ${c.pick(['0x1fb00000', '4096', '(1 << 20)', '0x10000000UL'])}`,
      '#define TEXT(x) TEXT_OF(x)',
      '#define TEXT_OF(x) #x',
      '#define CAT(a, b) a##b',
    ],
    names: ['BASE', 'JAILHOUSE_MEM_READ', 'JAILHOUSE_MEM_IO_32', 'JAILHOUSE_CONFIG_REVISION', 'JAILHOUSE_CELL_VIRTUAL_CONSOLE_ACTIVE'],
    calls: [],
    elements: new Map(),
  };
  const bodies: readonly (readonly [parameters: number, body: string])[] = [
    [1, '(x) + 1'],
    [1, 'x + 1'],
    [1, '((x) * 1024)'],
    [1, '(1 << ((x) & 31))'],
    [1, 'sizeof(x)'],
    [1, 'CAT(0x, 1f) | x'],
    [1, 'BASE + x * 2'],
    [2, 'x | y'],
    [2, '(x) == (y) ? x : y'],
    [2, '((x) < (y) ? (x) : (y))'],
    [2, '(__u8)x - y'],
    [2, '!!((x) & (y))'],
  ];
  for (let i = c.below(4); i > 0; i--) {
    const [parameters, body] = c.pick(bodies);
    const name = `CALC${i}`;
    const split = c.chance(20) ? body.replace(' ', ' \\\n\t') : body;
    macros.lines.push(`#define ${name}(${parameters === 1 ? 'x' : 'x, y'})${c.pick(['\t', ' ', ' /* why */ '])}${split}`);
    macros.calls.push({ name, parameters });
  }
  if (c.chance(20)) {
    macros.lines.push(
      '#define FIRST(head, ...) head',
      '#define SECOND(...) FIRST_OF_REST(__VA_ARGS__, 0)',
      '#define FIRST_OF_REST(a, b, ...) b',
    );
    macros.calls.push({ name: 'FIRST', parameters: 2 }, { name: 'SECOND', parameters: 2 });
  }
  if (c.chance(10)) {
    macros.lines.push('#define ALIAS BASE', '#undef BASE', '#define BASE 8192');
    macros.names.push('ALIAS');
  }
  elementMacros(c, macros);
  return macros;
}

/** Macros that stand for one or several whole elements. */
function elementMacros(c: Choices, macros: Macros): void {
  const regions = [{ name: 'JAILHOUSE_SHMEM_NET_REGIONS', parameters: 2 }];
  if (c.chance(40)) {
    macros.lines.push(
      '#define PAIR(base, ...) \\',
      '\t{ .phys_start = base, .virt_start = (base), __VA_ARGS__ }, \\',
      `\t{ .CAT(phys_, start) = (base) + ${literal(c)}, .size = 0x1000 }`,
    );
    regions.push({ name: 'PAIR', parameters: 1 });
  }
  if (c.chance(30)) {
    macros.lines.push(
      '#define REGION(kind, base) { base, base, 0x1000, CAT(JAILHOUSE_MEM_, kind) }',
      '#define READ_REGION(base) REGION(READ, base)',
    );
    regions.push({ name: 'READ_REGION', parameters: 1 });
  }
  macros.elements.set(memory.reference as string, regions);
  macros.elements.set('struct jailhouse_pio', [{ name: 'PIO_RANGE', parameters: 2 }]);
}

function systemHeader(
  c: Choices,
  writer: InitialiserWriter,
  options: RandomConfigOptions,
  arrays: readonly { readonly shape: ArrayShape }[],
): string {
  const lines = [
    '.signature = JAILHOUSE_SYSTEM_SIGNATURE',
    `.architecture = JAILHOUSE_${options.architecture.toUpperCase()}`,
    '.revision = JAILHOUSE_CONFIG_REVISION',
  ];
  if (c.chance(70)) lines.push(`.hypervisor_memory = ${writer.value(memory, 3)}`);
  if (c.chance(60)) lines.push(`.debug_console = ${writer.value(consoleType, 3)}`);
  if (c.chance(25)) lines.push(`.platform_info.pci_mmconfig_base = ${writer.value(integerTypes[0] as CType, 2)}`);
  if (c.chance(60)) lines.push(`.platform_info = ${writer.value(platformInfo, 5)}`);
  if (c.chance(25)) lines.push(`.platform_info.arm.gicd_base = ${writer.value(integerTypes[0] as CType, 2)}`);
  lines.push(`.root_cell = ${descriptor(c, writer, options, arrays, false)}`);
  return `{\n${lines.map((line) => `\t\t${line},`).join('\n')}\n\t}`;
}

function descriptor(
  c: Choices,
  writer: InitialiserWriter,
  options: RandomConfigOptions,
  arrays: readonly { readonly shape: ArrayShape }[],
  own: boolean,
): string {
  const lines: string[] = [];
  if (own) {
    lines.push(
      '.signature = JAILHOUSE_CELL_DESC_SIGNATURE',
      `.architecture = JAILHOUSE_${options.architecture.toUpperCase()}`,
      '.revision = JAILHOUSE_CONFIG_REVISION',
    );
  }
  lines.push(`.name = ${c.pick(['"random"', '{ "random" }', 'TEXT(cell) "-" TEXT(BASE)', '"a" "b"'])}`);
  lines.push('.cpu_set_size = sizeof(config.cpus)');
  for (const { shape } of arrays) lines.push(`.${shape.counter} = ARRAY_SIZE(config.${shape.member})`);
  const skip = new Set([
    'signature',
    'architecture',
    'revision',
    'name',
    'cpu_set_size',
    ...arrays.map(({ shape }) => shape.counter),
    ...arrayShapes.map((shape) => shape.counter),
  ]);
  for (const member of cellDescriptor.members) {
    if (member.name === undefined || skip.has(member.name) || !c.chance(30)) continue;
    lines.push(`.${member.name} = ${writer.value(member.type, 3)}`);
  }
  if (c.chance(10)) lines.push(`.console.address = ${writer.value(integerTypes[0] as CType, 2)}`);
  return `{\n${lines.map((line) => `\t\t${line},`).join('\n')}\n\t}`;
}

/** For callers that want a plain expression in the vocabulary of configs. */
export function randomExpression(c: Choices): string {
  return expression(c, { members: [], arrays: [], types: castTypes, names: [], calls: [] }, 4);
}
