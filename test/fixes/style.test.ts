import { applyEdits } from '@jailhouse-cells/core/fixes/apply.ts';
import { numberLike } from '@jailhouse-cells/core/fixes/number-style.ts';
import type { FileSystem } from '@jailhouse-cells/core/source/file-system.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { expect, test } from 'vitest';

const path = '/w/demo.c';
const noFiles: FileSystem = {
  readText: () => undefined,
  readBytes: () => undefined,
  stat: (at) => (at === path ? 'file' : undefined),
  size: () => undefined,
  list: () => [],
};

interface Parts {
  readonly struct?: string;
  readonly head?: string;
  readonly regions?: string;
  readonly rest?: string;
  readonly before?: string;
}

const region =
  '\t\t{ .virt_start = 0x80000000, .size = 0x1000, .flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_COMM_REGION },\n';

function cell({
  struct = '\t__u64 cpus[1];\n\tstruct jailhouse_memory mem_regions[1];\n',
  head = '',
  regions = region,
  rest = '',
  before = '',
}: Parts): string {
  return `#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>
${before}
struct {
\tstruct jailhouse_cell_desc cell;
${struct}} __attribute__((packed)) config = {
\t.cell = {
\t\t.signature = JAILHOUSE_CELL_DESC_SIGNATURE,
\t\t.architecture = JAILHOUSE_ARM64,
\t\t.revision = JAILHOUSE_CONFIG_REVISION,
\t\t.name = "demo",
\t\t.flags = JAILHOUSE_CELL_PASSIVE_COMMREG,
\t\t.cpu_set_size = sizeof(config.cpus),
\t\t.num_memory_regions = ARRAY_SIZE(config.mem_regions),
${head}\t},
\t.cpus = { 0x2 },
\t.mem_regions = {
${regions}\t},
${rest}};
`;
}

/** The text after the n-th fix of the first finding of a rule. */
function fixed(text: string, rule: string, at = 0): string {
  const workspace = new Workspace(noFiles);
  workspace.open(path, text);
  const findings = workspace.check(path).findings;
  const finding = findings.find((candidate) => candidate.rule === rule);
  if (finding === undefined) throw new Error(`no ${rule} among ${findings.map((other) => `${other.rule}: ${other.message}`).join('\n')}`);
  return applyEdits(text, finding.fixes[at]?.edits ?? []);
}

const subPage = (flags: string): string =>
  `\t\t{\n\t\t\t.phys_start = 0xfe215040,\n\t\t\t.virt_start = 0xfe215040,\n\t\t\t.size = 0x40,\n\t\t\t.flags = ${flags},\n\t\t},\n`;
const twoRegions = '\t__u64 cpus[1];\n\tstruct jailhouse_memory mem_regions[2];\n';

test.each([
  ['a chain', 'JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE', 'JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO_32'],
  [
    'a chain over two lines, which goes on below when the line is full',
    'JAILHOUSE_MEM_READ |\n\t\t\t\tJAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO',
    'JAILHOUSE_MEM_READ |\n\t\t\t\tJAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO |\n\t\t\t\tJAILHOUSE_MEM_IO_32',
  ],
  ['an expression that binds looser', '1 ? 0x13 : 0x11', '(1 ? 0x13 : 0x11) | JAILHOUSE_MEM_IO_32'],
  ['a number', '0x13', '0x13 | JAILHOUSE_MEM_IO_32'],
  ['a macro of the file', 'RW', 'RW | JAILHOUSE_MEM_IO_32'],
])('a flag is added to %s', (_, flags, wanted) => {
  const before = '#define RW (JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE)\n';
  const text = (written: string) => cell({ struct: twoRegions, regions: subPage(written) + region, before });
  expect(fixed(text(flags), 'subpage-without-width')).toBe(text(wanted));
});

test('a region that a macro writes is left alone', () => {
  const before = '#define UART(a) { .phys_start = a, .virt_start = a, .size = 0x40, .flags = 0x13 }\n';
  const text = cell({ struct: twoRegions, regions: `\t\tUART(0xfe215040),\n${region}`, before });
  expect(fixed(text, 'subpage-without-width')).toBe(text);
});

test('flags that have no effect go, in the middle of a chain and at its ends', () => {
  const page = (flags: string): string =>
    `\t\t{\n\t\t\t.phys_start = 0xfe215000, .virt_start = 0xfe215000, .size = 0x1000,\n\t\t\t.flags = ${flags},\n\t\t},\n`;
  const text = (flags: string) => cell({ struct: twoRegions, regions: page(flags) + region });
  for (const [flags, wanted] of [
    [
      'JAILHOUSE_MEM_IO_32 | JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO',
      'JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO',
    ],
    [
      'JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO_32 |\n\t\t\t\tJAILHOUSE_MEM_IO',
      'JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE |\n\t\t\t\tJAILHOUSE_MEM_IO',
    ],
    [
      'JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO | JAILHOUSE_MEM_IO_8 | JAILHOUSE_MEM_IO_32',
      'JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO',
    ],
    ['0x40013', '0x13'],
  ] as const)
    expect(fixed(text(flags), 'region-width-flags-ignored')).toBe(text(wanted));
});

test('a missing counter goes beside the others, on a line like theirs', () => {
  const struct =
    '\t__u64 cpus[1];\n\tstruct jailhouse_memory mem_regions[1];\n\tstruct jailhouse_irqchip irqchips[1];\n\tstruct jailhouse_pci_capability pci_caps[1];\n';
  const rest =
    '\t.irqchips = { { .address = 0x8000000, .pin_base = 32, .pin_bitmap = { 0x2 } } },\n\t.pci_caps = { { .id = 1, .start = 2, .len = 2 } },\n';
  const caps = '\t\t.num_pci_caps = ARRAY_SIZE(config.pci_caps),\n';
  expect(fixed(cell({ struct, rest, head: caps }), 'array-counter-missing')).toBe(
    cell({ struct, rest, head: `\t\t.num_irqchips = ARRAY_SIZE(config.irqchips),\n${caps}` }),
  );
});

test('members are reordered with their comments', () => {
  const rest = '\t.irqchips = { { .address = 0x8000000, .pin_base = 32, .pin_bitmap = { 0x2 } } },\n';
  const head = '\t\t.num_irqchips = ARRAY_SIZE(config.irqchips),\n';
  const cpus = '\t__u64 cpus[1];\n';
  const chips = '\tstruct jailhouse_irqchip irqchips[1]; /* UART */\n';
  const memory = '\tstruct jailhouse_memory mem_regions[1]; // RAM\n';
  expect(fixed(cell({ struct: cpus + chips + memory, head, rest }), 'array-order')).toBe(
    cell({ struct: cpus + memory + chips, head, rest }),
  );
});

test('members that the initialiser does not name stay', () => {
  const rest = '\t.irqchips = { { .address = 0x8000000, .pin_base = 32, .pin_bitmap = { 0x2 } } },\n';
  const struct = '\t__u64 cpus[1];\n\tstruct jailhouse_irqchip irqchips[1];\n\tstruct jailhouse_memory mem_regions[1];\n';
  const named = cell({ struct, head: '\t\t.num_irqchips = ARRAY_SIZE(config.irqchips),\n', rest });
  expect(fixed(named, 'array-order')).not.toBe(named);
  // The CPU set by its place: another order would give it to another member.
  const placed = named.replace('\t.cpus = {', '\t{');
  expect(fixed(placed, 'array-order')).toBe(placed);
});

test('a repeated region goes, and what counts it follows', () => {
  const struct = '\t__u64 cpus[1];\n\tstruct jailhouse_memory mem_regions[%];\n\tstruct jailhouse_pci_device pci_devices[1];\n';
  const ram = '\t\t{ .phys_start = 0x40000000, .virt_start = 0, .size = 0x10000, .flags = 0x47 },\n';
  const sections = [0, 1, 2, 3]
    .map(
      (at) =>
        `\t\t{ .phys_start = 0x5000${at}000, .virt_start = 0x5000${at}000, .size = 0x1000, .flags = ${at === 0 || at === 2 ? '0x81' : '0x83'} },\n`,
    )
    .join('');
  const text = (rams: string, length: number, start: number) =>
    cell({
      struct: struct.replace('%', `${length}`),
      regions: rams + sections + region,
      head: '\t\t.num_pci_devices = ARRAY_SIZE(config.pci_devices),\n',
      rest: `\t.pci_devices = { { .type = JAILHOUSE_PCI_TYPE_IVSHMEM, .bar_mask = JAILHOUSE_IVSHMEM_BAR_MASK_INTX, .shmem_regions_start = ${start}, .shmem_dev_id = 1, .shmem_peers = 2 } },\n`,
    }).replace('ARRAY_SIZE(config.mem_regions)', `${length}`);
  expect(fixed(text(ram + ram, 7, 2), 'regions-overlap-virtually')).toBe(text(ram, 6, 1));
});

test('numbers keep the style of what they replace', () => {
  for (const [typed, value, wanted] of [
    ['0x1000', 0x200000n, '0x200000'],
    ['0x00001000', 0x200000n, '0x00200000'],
    ['0xFE215000', 0xfe210000n, '0xFE210000'],
    ['0X1000ULL', 0xabcn, '0XABCULL'],
    ['0b0110', 2n, '0b0010'],
    ['12', 13n, '13'],
    ['0', 0x1000n, '0x1000'],
    ['A + B', 0x1000n, '0x1000'],
    [undefined, 3n, '3'],
  ] as const)
    expect(numberLike(typed, value), typed).toBe(wanted);
});
