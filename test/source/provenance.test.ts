import type { Span } from '@jailhouse-cells/core/source/span.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { describe, expect, it } from 'vitest';
import { MemoryFiles } from '../memory-files.ts';

function read(regions: string, more = ''): { text: string; spanText: (span: Span | undefined) => string; workspace: Workspace } {
  const text = `#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>
#define BASE 0x10000000
${more}
struct {
  struct jailhouse_cell_desc cell;
  __u64 cpus[1];
  struct jailhouse_memory mem_regions[8];
} __attribute__((packed)) config = {
  .cell = { .num_memory_regions = ARRAY_SIZE(config.mem_regions), .cpu_set_size = sizeof(config.cpus) },
  .mem_regions = {
${regions}
  },
};
`;
  const workspace = new Workspace(new MemoryFiles({ '/w/a.c': text }));
  return { text, workspace, spanText: (span) => (span?.file === '/w/a.c' ? text.slice(span.start, span.end) : `(in ${span?.file})`) };
}

describe('where a value comes from', () => {
  it('points at the macro argument that a value is computed from', () => {
    const { workspace, spanText } = read('    JAILHOUSE_SHMEM_NET_REGIONS(0x1fb00000, 1),');
    const regions = workspace.check('/w/a.c').config?.memoryRegions ?? [];
    expect(regions[0]?.physStart.value).toBe(0x1fb00000n);
    expect(spanText(regions[0]?.physStart.span)).toBe('0x1fb00000');
    expect(regions[3]?.physStart.value).toBe(0x1fb80000n);
    expect(spanText(regions[3]?.physStart.span)).toBe('0x1fb00000');
    expect(spanText(regions[3]?.flags.span)).toBe('1');
    expect(spanText(regions[3]?.size.span)).toBe('JAILHOUSE_SHMEM_NET_REGIONS(0x1fb00000, 1)');
    expect(spanText(regions[2]?.span)).toBe('JAILHOUSE_SHMEM_NET_REGIONS(0x1fb00000, 1)');
  });

  it('points at the use of a macro, not at its body', () => {
    const { workspace, spanText } = read(
      '    { .phys_start = BASE + 0x1000, .size = SIZE(2), .flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_IO }',
      '#define SIZE(n) ((n) * 0x1000)',
    );
    const region = workspace.check('/w/a.c').config?.memoryRegions[0];
    expect(spanText(region?.physStart.span)).toBe('BASE + 0x1000');
    expect(spanText(region?.size.span)).toBe('2');
    expect(region?.size.value).toBe(0x2000n);
    expect(spanText(region?.flags.span)).toBe('JAILHOUSE_MEM_READ | JAILHOUSE_MEM_IO');
  });

  it('follows arguments through nested macros', () => {
    const more = '#define INNER(x) { .phys_start = (x), .virt_start = (x) + 0x100, .size = 0x1000 }\n#define OUTER(y) INNER((y) << 12)';
    const { workspace, spanText } = read('    OUTER(0x55), OUTER( BASE ),', more);
    const regions = workspace.check('/w/a.c').config?.memoryRegions ?? [];
    expect(regions[0]?.virtStart.value).toBe(0x55100n);
    expect(spanText(regions[0]?.virtStart.span)).toBe('0x55');
    expect(spanText(regions[1]?.physStart.span)).toBe('BASE');
  });

  it('puts what is not written at the designator around it', () => {
    const { workspace, spanText } = read('    { .size = 0x1000 }');
    const config = workspace.check('/w/a.c').config;
    expect(config?.memoryRegions[0]?.physStart.explicit).toBe(false);
    expect(spanText(config?.memoryRegions[0]?.physStart.span)).toBe('{');
    expect(spanText(config?.cell.architecture?.span)).toBe('.cell');
    expect(config?.memoryRegions[5]?.explicit).toBe(false);
  });

  it('knows the whole text of a value, where it may be replaced', () => {
    const more = '#define KB(n) ((n) << 10)\n#define REGION(x) { .phys_start = (x) }';
    const { workspace, spanText } = read('    { .phys_start = BASE + KB(4), .size = KB(8), .flags = 1 }, REGION(0x40000000)', more);
    const [first, second] = workspace.check('/w/a.c').config?.memoryRegions ?? [];
    expect(spanText(first?.physStart.text)).toBe('BASE + KB(4)');
    expect(spanText(first?.size.text)).toBe('KB(8)');
    expect(spanText(first?.flags.text)).toBe('1');
    expect(first?.virtStart.text).toBeUndefined();
    expect(spanText(first?.text)).toBe('{ .phys_start = BASE + KB(4), .size = KB(8), .flags = 1 }');
    expect(second?.physStart.text).toBeUndefined();
    expect(second?.text).toBeUndefined();
  });

  it('reports a misspelled member inside a macro argument at the argument', () => {
    const { workspace, spanText } = read('    { FIELD(phys_strat, 0x1000) }', '#define FIELD(name, value) .name = value');
    const [finding] = workspace.check('/w/a.c').findings;
    expect(finding?.rule).toBe('c-unknown-field');
    expect(finding?.message).toContain('Did you mean phys_start?');
    expect(spanText(finding?.span)).toBe('phys_strat');
  });
});
