import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ConstantEntry, type Revision, revisions } from '@jailhouse-cells/core/abi/entry.ts';
import { builtInHeaders, systemHeaders } from '@jailhouse-cells/core/abi/headers.ts';
import { ambiguousLayouts, revisionSources } from '@jailhouse-cells/core/abi/history.ts';
import { type FieldLayout, fieldAt, layoutOf, type RecordLayout } from '@jailhouse-cells/core/abi/layout.ts';
import { type Architecture, bitsPerLong } from '@jailhouse-cells/core/abi/scalar.ts';
import {
  constantsOf,
  constantsWithPrefix,
  entriesOf,
  findConstant,
  findMacro,
  historyOf,
  macrosOf,
  memberHistoryOf,
  recordsOf,
} from '@jailhouse-cells/core/abi/table.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Toolchain } from './oracle/toolchain.ts';

const architectures: readonly Architecture[] = ['arm64', 'arm', 'x86'];
const includes = '#include <jailhouse/types.h>\n#include <jailhouse/cell-config.h>\n';

let toolchain: Toolchain;
beforeAll(() => {
  toolchain = new Toolchain();
});
afterAll(() => toolchain.close());

/** What gcc and objcopy make of one source against the built-in headers of a revision, warnings being errors. */
async function compile(revision: Revision, arch: Architecture, source: string, more: readonly string[] = []): Promise<DataView> {
  const args = ['-Wall', '-Wextra', '-Werror', ...more, '-I', toolchain.headers(revision)];
  const [result] = await toolchain.compile(arch, [source], args);
  if (!result?.bytes) throw new Error(`gcc refuses it: ${JSON.stringify(result?.messages.slice(0, 5))}`);
  return new DataView(result.bytes.buffer, result.bytes.byteOffset, result.bytes.byteLength);
}

/** The values of constant expressions as gcc computes them, 64 bits each. */
async function evaluate(revision: Revision, arch: Architecture, expressions: readonly string[]): Promise<readonly bigint[]> {
  const view = await compile(revision, arch, `${includes}unsigned long long facts[] = {\n${expressions.join(',\n')},\n};\n`);
  expect(view.byteLength).toBe(8 * expressions.length);
  return expressions.map((_expression, index) => view.getBigUint64(8 * index, true));
}

function layoutsOf(revision: Revision, arch: Architecture): readonly RecordLayout[] {
  return recordsOf(revision).map((record) => {
    const layout = layoutOf(record.tag, revision, arch);
    if (!layout) throw new Error(`no layout of ${record.tag}`);
    return layout;
  });
}

const typeOf = (layout: RecordLayout): string => `${layout.record.kind} ${layout.record.tag}`;
const plain = (layout: RecordLayout): readonly FieldLayout[] => layout.fields.filter((field) => !field.bits);
const bitFields = (layout: RecordLayout): readonly FieldLayout[] => layout.fields.filter((field) => field.bits);
const numbers = (revision: Revision): readonly (ConstantEntry & { readonly value: bigint })[] =>
  constantsOf(revision).filter((entry): entry is ConstantEntry & { readonly value: bigint } => typeof entry.value === 'bigint');

describe.each(revisions.flatMap((revision) => architectures.map((arch) => [revision, arch] as const)))(
  'revision %i on %s',
  (revision, arch) => {
    test('gcc lays out every struct and field as the table says', async () => {
      const layouts = layoutsOf(revision, arch);
      const asked = layouts.flatMap((layout) => {
        const type = typeOf(layout);
        return [
          { what: `sizeof ${type}`, expression: `sizeof(${type})`, expected: layout.size },
          { what: `alignment of ${type}`, expression: `_Alignof(${type})`, expected: layout.alignment },
          ...plain(layout).flatMap(({ path, offset, size, elementSize, entry }) => [
            { what: `offset of ${type}.${path}`, expression: `__builtin_offsetof(${type}, ${path})`, expected: offset },
            { what: `size of ${type}.${path}`, expression: `sizeof(((${type} *)0)->${path})`, expected: size },
            ...(entry.dimension
              ? [{ what: `element of ${type}.${path}`, expression: `sizeof(((${type} *)0)->${path}[0])`, expected: elementSize }]
              : []),
          ]),
        ];
      });
      const answers = await evaluate(
        revision,
        arch,
        asked.map((question) => question.expression),
      );
      expect(asked.map(({ what }, index) => [what, Number(answers[index])])).toEqual(asked.map(({ what, expected }) => [what, expected]));
    });

    test('gcc puts every bit-field where the table says', async () => {
      for (const layout of layoutsOf(revision, arch)) {
        for (const field of bitFields(layout)) {
          const { start, width } = field.bits ?? { start: 0, width: 0 };
          const ones = 2 ** width - 1;
          const view = await compile(revision, arch, `${includes}${typeOf(layout)} value = { .${field.path} = ${ones} };\n`);
          const expected = new Uint8Array(layout.size);
          expected[field.offset] = ones << start;
          expect([field.path, new Uint8Array(view.buffer, view.byteOffset, view.byteLength)]).toEqual([field.path, expected]);
        }
      }
    });

    test('gcc gives every constant the value of the table', async () => {
      const constants = numbers(revision);
      const values = await evaluate(
        revision,
        arch,
        constants.map((constant) => constant.name),
      );
      expect(constants.map((constant, index) => [constant.name, values[index]])).toEqual(
        constants.map((constant) => [constant.name, constant.value]),
      );
      for (const constant of constantsOf(revision)) {
        if (typeof constant.value !== 'string') continue;
        const view = await compile(revision, arch, `${includes}char text[] = ${constant.name};\n`);
        expect(new TextDecoder().decode(view)).toBe(`${constant.value}\0`);
      }
      expect(await evaluate(revision, arch, ['BITS_PER_LONG', 'sizeof(unsigned long) * 8', 'sizeof(__u64)', '(__s8)-1 < 0'])).toEqual([
        BigInt(bitsPerLong[arch]),
        BigInt(bitsPerLong[arch]),
        8n,
        1n,
      ]);
    });

    test('the macros do what they say', async () => {
      const flags: readonly (readonly [macro: string, flag: string, whenSet: bigint])[] = [
        ['CON_IS_MMIO', 'JAILHOUSE_CON_ACCESS_MMIO', 1n],
        ['CON_USES_REGDIST_1', 'JAILHOUSE_CON_REGDIST_4', 0n],
        ['FB_IS_1920x1080', 'JAILHOUSE_CON_FB_1920x1080', 1n],
        ['CON_HAS_INVERTED_GATE', 'JAILHOUSE_CON_INVERTED_GATE', 1n],
        ['CON_HAS_MDR_QUIRK', 'JAILHOUSE_CON_MDR_QUIRK', 1n],
        ['CELL_FLAGS_VIRTUAL_CONSOLE_ACTIVE', 'JAILHOUSE_CELL_VIRTUAL_CONSOLE_ACTIVE', 1n],
        ['CELL_FLAGS_VIRTUAL_CONSOLE_PERMITTED', 'JAILHOUSE_CELL_VIRTUAL_CONSOLE_PERMITTED', 1n],
        ['SYS_FLAGS_VIRTUAL_DEBUG_CONSOLE', 'JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE', 1n],
      ];
      const present = flags.filter(([macro]) => findMacro(macro, revision));
      expect(present.length).toBe(revision < 12 ? 7 : 8);
      const asked = present.flatMap(([macro, flag]) => [`${macro}(${flag})`, `${macro}(~${flag})`]);
      expect(await evaluate(revision, arch, asked)).toEqual(present.flatMap(([, , whenSet]) => [whenSet, 1n - whenSet]));

      const length = await compile(revision, arch, `${includes}int list[7] = { 1 };\nint length = ARRAY_SIZE(list);\n`);
      expect(length.getInt32(28, true)).toBe(7);

      if (revision >= 11) {
        const pio = await compile(revision, arch, `${includes}struct jailhouse_pio ports[] = { PIO_RANGE(0x3f8, 8) };\n`);
        expect([pio.getUint16(0, true), pio.getUint16(2, true), pio.byteLength]).toEqual([0x3f8, 8, 4]);
      }
      for (const [name, registers, msix] of barMasks(revision)) {
        const mask = await compile(revision, arch, `${includes}__u32 mask[6] = ${name};\n`);
        expect([name, ...words(mask)]).toEqual([name, registers, msix, 0, 0, 0, 0]);
      }
    });

    test('the network regions of ivshmem are the four that the hypervisor expects', async () => {
      expect(findMacro('JAILHOUSE_SHMEM_NET_REGIONS', revision) !== undefined).toBe(revision >= 12);
      if (revision < 12) return;
      for (const id of [0, 1]) {
        const source = `${includes}struct jailhouse_memory regions[] = { JAILHOUSE_SHMEM_NET_REGIONS(0x1fb00000, ${id}), };\n`;
        const view = await compile(revision, arch, source);
        const region = (start: bigint, size: bigint, flags: bigint): bigint[] => [start, start, size, flags];
        const readShared = 0x81n;
        const expected = [
          ...region(0x1fb00000n, 0x1000n, readShared),
          ...region(0n, 0n, 0n),
          ...region(0x1fb01000n, 0x7f000n, readShared | (id === 0 ? 2n : 0n)),
          ...region(0x1fb80000n, 0x7f000n, readShared | (id === 1 ? 2n : 0n)),
        ];
        expect(Array.from({ length: view.byteLength / 8 }, (_, index) => view.getBigUint64(8 * index, true))).toEqual(expected);
      }
    });
  },
);

function words(view: DataView): number[] {
  return Array.from({ length: view.byteLength / 4 }, (_, index) => view.getUint32(4 * index, true));
}

function barMasks(revision: Revision): readonly (readonly [string, number, number])[] {
  if (revision < 12) return [];
  const small = 0xfffff000;
  const large = 0xffff0000;
  const plainMasks = [
    ['JAILHOUSE_IVSHMEM_BAR_MASK_INTX', small, 0],
    ['JAILHOUSE_IVSHMEM_BAR_MASK_MSIX', small, revision === 12 ? 0xfffffe00 : small],
  ] as const;
  const largeMasks = [
    ['JAILHOUSE_IVSHMEM_BAR_MASK_INTX_64K', large, 0],
    ['JAILHOUSE_IVSHMEM_BAR_MASK_MSIX_64K', large, large],
  ] as const;
  return revision === 12 ? plainMasks : [...plainMasks, ...largeMasks];
}

test.each([
  [10, 394, 266, 128, 56, 20],
  [11, 450, 322, 128, 56, 24],
  [12, 486, 354, 132, 56, 28],
  [13, 488, 356, 132, 56, 28],
  [14, 488, 356, 132, 56, 28],
] as const)('revision %i has the sizes that its history gives', (revision, system, root, cell, pci, iommu) => {
  const size = (tag: string): number | undefined => layoutOf(tag, revision)?.size;
  expect(size('jailhouse_system')).toBe(system);
  expect(fieldAt('jailhouse_system', 'root_cell', revision)?.offset).toBe(root);
  expect(size('jailhouse_cell_desc')).toBe(cell);
  expect(size('jailhouse_pci_device')).toBe(pci);
  expect(size('jailhouse_iommu')).toBe(iommu);
  expect(size('jailhouse_memory')).toBe(32);
  expect(size('jailhouse_irqchip')).toBe(32);
  expect(size('jailhouse_console')).toBe(32);
  expect(size('jailhouse_cache')).toBe(12);
  expect(size('jailhouse_pci_capability')).toBe(8);
  expect(size('jailhouse_pio')).toBe(revision < 11 ? undefined : 4);
  expect(size('jailhouse_stream_id')).toBe(revision < 13 ? undefined : 4);
});

test('a path leads through structs, arrays and anonymous unions', () => {
  const at = (tag: string, path: string, revision: Revision = 14): number | undefined => fieldAt(tag, path, revision)?.offset;
  expect(at('jailhouse_system', 'hypervisor_memory.size')).toBe(28);
  expect(at('jailhouse_system', 'platform_info.arm.gicd_base')).toBe(316);
  expect(at('jailhouse_system', 'platform_info.x86.apic_khz')).toBe(324);
  expect(at('jailhouse_system', 'platform_info.iommu_units[2].tipvu.tlb_size')).toBe(88 + 2 * 28 + 16 + 8);
  expect(at('jailhouse_system', 'root_cell.console.type')).toBe(356 + 100 + 12);
  expect(fieldAt('jailhouse_irqchip', 'pin_bitmap[3]', 14)).toMatchObject({ offset: 28, size: 4 });
  expect(fieldAt('jailhouse_pci_device', 'msi_maskable', 14)).toMatchObject({ offset: 35, bits: { start: 1, width: 1 } });
  expect(at('jailhouse_memory', 'length')).toBeUndefined();
  expect(at('jailhouse_memory', 'size[0]')).toBeUndefined();
  expect(at('jailhouse_memory', 'size.low')).toBeUndefined();
  expect(at('jailhouse_pio', 'base', 10)).toBeUndefined();
});

test('lookups know what came and went', () => {
  expect(findConstant('JAILHOUSE_MEM_IO_UNALIGNED', 11)?.value).toBe(0x100n);
  expect(findConstant('JAILHOUSE_MEM_IO_UNALIGNED', 12)?.value).toBe(0x8000n);
  expect(findConstant('JAILHOUSE_ARM64', 13)).toBeUndefined();
  expect(historyOf('JAILHOUSE_MEM_IO_UNALIGNED').map((entry) => entry.since ?? 10)).toEqual([10, 12]);
  expect(historyOf('JAILHOUSE_IVSHMEM_BAR_MASK_MSIX')).toHaveLength(2);
  expect(memberHistoryOf('jailhouse_pci_device', 'shmem_region')).toMatchObject([{ until: 11 }]);
  expect(memberHistoryOf('jailhouse_pci_device', 'shmem_peers')).toMatchObject([{ since: 12 }]);
  expect(constantsWithPrefix('JAILHOUSE_CON_TYPE_', 12).map((entry) => Number(entry.value))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(constantsWithPrefix('JAILHOUSE_CON_TYPE_', 14)).toHaveLength(11);
});

test.each(revisions)('revision %i: one definition of a name, and a sentence for each', (revision) => {
  const entries = entriesOf(revision);
  const names = entries.map((entry) => (entry.entry === 'record' ? entry.tag : entry.name));
  expect(new Set(names).size).toBe(names.length);
  const docs = [
    ...entries,
    ...recordsOf(revision).flatMap((record) => layoutOf(record.tag, revision)?.fields.map((field) => field.entry) ?? []),
  ];
  expect(docs.length).toBeGreaterThan(150);
  for (const entry of docs) expect(entry.doc).toMatch(/^(?!.*(\*\/|\u2014))[^\n]{3,140}\.$/);
});

test.each(revisions)('revision %i: the headers define the macros of the table and no others', (revision) => {
  const headers = builtInHeaders(revision);
  expect(builtInHeaders(revision)).toBe(headers);
  const text = [...headers.values()].join('\n');
  const defined = [...text.matchAll(/^#define (\w+)/gm)].map((match) => match[1]);
  const guards = ['CELL_CONFIG', 'CONSOLE', 'PCI_DEFS', 'TYPES'].map((name) => `_JAILHOUSE_${name}_H`);
  const expected = [...constantsOf(revision), ...macrosOf(revision)].map((entry) => entry.name);
  expect([...new Set(defined)].sort()).toEqual([...expected, ...guards, 'BITS_PER_LONG'].sort());
});

test('the built-in headers stand beside those of the system, in either order', async () => {
  const folder = join(toolchain.folder, 'system-headers');
  for (const [name, text] of systemHeaders) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const system = [...systemHeaders.keys()].map((name) => `#include <${name}>\n`).join('');
  const facts = `unsigned long long facts[] = { sizeof(size_t), sizeof(uintptr_t), sizeof(uint64_t), sizeof(u8), true, !NULL,
    offsetof(struct jailhouse_memory, size) };\n`;
  for (const revision of revisions) {
    for (const arch of architectures) {
      for (const order of [system + includes, includes + system]) {
        const view = await compile(revision, arch, order + facts, ['-nostdinc', '-idirafter', folder]);
        const word = BigInt(bitsPerLong[arch] / 8);
        const values = Array.from({ length: 7 }, (_, index) => view.getBigUint64(8 * index, true));
        expect(values).toEqual([word, word, 8n, 1n, 1n, 1n, 16n]);
      }
    }
  }
});

test('what upstream changed within a revision is said', () => {
  expect(revisions.map((revision) => ambiguousLayouts(revision) !== undefined)).toEqual([true, true, true, true, false]);
  expect(builtInHeaders(12).get('jailhouse/cell-config.h')).toContain('shmem_region');
  for (const revision of revisions) expect(revisionSources[revision].commit).toMatch(/^[0-9a-f]{40}$/);
});
