import { inRevision, type Revision } from './entry.ts';
import { ambiguousLayouts, revisionSources } from './history.ts';
import { renderSections } from './render.ts';
import { bitsPerLong, typeNames } from './scalar.ts';
import { type HeaderName, headerSections } from './table.ts';

/** True in the preprocessor where unsigned long has 32 bits; of Jailhouse's three architectures only arm has that. */
const is32Bit = 'defined(__arm__)';

const headersOfRevision = new Map<Revision, ReadonlyMap<string, string>>();

/**
 * The headers that a config of that revision can include where no Jailhouse tree is found: include name to C text.
 * Guards have upstream's names, so nothing is defined twice where a tree's headers and these meet (its pci_defs.h has none).
 */
export function builtInHeaders(revision: Revision): ReadonlyMap<string, string> {
  let headers = headersOfRevision.get(revision);
  if (!headers) {
    headers = new Map([
      ['jailhouse/cell-config.h', cellConfigHeader(revision)],
      ['jailhouse/console.h', guarded(revision, 'jailhouse/console.h', '_JAILHOUSE_CONSOLE_H', '')],
      ['jailhouse/pci_defs.h', guarded(revision, 'jailhouse/pci_defs.h', '_JAILHOUSE_PCI_DEFS_H', '')],
      ['jailhouse/types.h', typesHeader(revision)],
      ['asm/types.h', asmTypesHeader],
    ]);
    headersOfRevision.set(revision, headers);
  }
  return headers;
}

function cellConfigHeader(revision: Revision): string {
  return guarded(
    revision,
    'jailhouse/cell-config.h',
    '_JAILHOUSE_CELL_CONFIG_H',
    '#include <jailhouse/console.h>\n#include <jailhouse/pci_defs.h>\n\n',
  );
}

function typesHeader(revision: Revision): string {
  const types = typeNames.filter((type) => inRevision(type, revision));
  const width = Math.max(...types.map((type) => (typeof type.type === 'string' ? type.type.length : 0)));
  const typedef = (type: string, name: string, doc: string): string =>
    `typedef ${type.padEnd(width)} ${`${name};`.padEnd(7)}  /* ${doc} */\n`;
  let text = '#include <asm/types.h>\n\n/* ---- Integer types ---- */\n\n';
  for (const { name, type, doc } of types) {
    if (typeof type === 'string') text += typedef(type, name, doc);
    else text += `#if BITS_PER_LONG == 64\n${typedef(type.word64, name, doc)}#else\n${typedef(type.word32, name, doc)}#endif\n`;
  }
  text += `
/* ---- Truth values; those of stdbool.h stand when it came first ---- */

#ifndef __bool_true_false_are_defined
typedef enum { false, true } bool;
#endif

`;
  return guarded(revision, 'jailhouse/types.h', '_JAILHOUSE_TYPES_H', text);
}

function guarded(revision: Revision, name: HeaderName, guard: string, before: string): string {
  const body = `${before}${renderSections(headerSections[name], revision)}`;
  return `${banner(name, revision)}\n#ifndef ${guard}\n#define ${guard}\n\n${body}\n#endif /* ${guard} */\n`;
}

function banner(name: HeaderName, revision: Revision): string {
  const lines = [
    `${name} of config revision ${revision}, built into Jailhouse Cells.`,
    '',
    'It stands in where no Jailhouse tree is found above the config. Names, values and layout',
    `are those of ${revisionSources[revision].name} of siemens/jailhouse; the text is our own. A tree that is named in`,
    'jailhouse.json ("headers"), or in the settings, takes its place.',
  ];
  const ambiguity = name === 'jailhouse/cell-config.h' ? ambiguousLayouts(revision) : undefined;
  if (ambiguity !== undefined) lines.push('', ...wrapped(ambiguity, 96));
  return `/*\n${lines.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */`;
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line];
}

const asmTypesHeader = `/* asm/types.h, built into Jailhouse Cells: bits of an unsigned long, by architecture. */

#ifndef BITS_PER_LONG
#if ${is32Bit}
#define BITS_PER_LONG ${bitsPerLong.arm}
#else
#define BITS_PER_LONG ${bitsPerLong.arm64}
#endif
#endif
`;

const kernelTypes = ['s8', 'u8', 's16', 'u16', 's32', 'u32', 's64', 'u64'].flatMap((name) => {
  const type = typeNames.find((candidate) => candidate.name === name)?.type;
  return typeof type === 'string' ? [`typedef ${type} ${name};`, `typedef ${type} __${name};`] : [];
});

const sizeType = `#if ${is32Bit}
typedef unsigned int size_t;
#else
typedef unsigned long size_t;
#endif
`;

const exactWidths = [8, 16, 32, 64].flatMap((bits) => {
  const type = { 8: 'char', 16: 'short', 32: 'int', 64: 'long long' }[bits];
  return [`typedef signed ${type} int${bits}_t;`, `typedef unsigned ${type} uint${bits}_t;`];
});

const pointerWidths = `#if ${is32Bit}
typedef int intptr_t;
typedef unsigned int uintptr_t;
#else
typedef long intptr_t;
typedef unsigned long uintptr_t;
#endif
`;

/**
 * The few headers of the system that some configs include, for when none is on the search path: include name to C text.
 * They can stand beside `jailhouse/types.h`, in either order.
 */
export const systemHeaders: ReadonlyMap<string, string> = new Map([
  ['asm/types.h', `${asmTypesHeader}\n${kernelTypes.join('\n')}\n`],
  ['linux/types.h', systemHeader('linux/types.h', 'LINUX_TYPES', `${kernelTypes.join('\n')}\n\n${sizeType}`)],
  ['stdint.h', systemHeader('stdint.h', 'STDINT', `${exactWidths.join('\n')}\n\n${pointerWidths}`)],
  [
    'stddef.h',
    systemHeader(
      'stddef.h',
      'STDDEF',
      `${sizeType}\n#define NULL ((void *)0)\n\n#define offsetof(type, member) __builtin_offsetof(type, member)\n`,
    ),
  ],
  [
    'stdbool.h',
    systemHeader(
      'stdbool.h',
      'STDBOOL',
      `#define __bool_true_false_are_defined 1

/* jailhouse/types.h has its own. */
#ifndef _JAILHOUSE_TYPES_H
#define bool  _Bool
#define true  1
#define false 0
#endif
`,
    ),
  ],
]);

function systemHeader(name: string, guard: string, body: string): string {
  const macro = `JAILHOUSE_CELLS_${guard}_H`;
  return `/* ${name}, built into Jailhouse Cells: what configs need of it. */\n\n#ifndef ${macro}\n#define ${macro}\n\n${body}\n#endif\n`;
}
