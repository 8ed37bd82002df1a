import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { describe, expect, it } from 'vitest';
import { MemoryFiles } from '../memory-files.ts';

const types = `typedef unsigned char __u8; typedef unsigned short __u16; typedef unsigned int __u32; typedef unsigned long long __u64;\n`;

function cell(name: string, body = ''): string {
  return `#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>
#include "shared.h"
struct {
  struct jailhouse_cell_desc cell;
  __u64 cpus[1];
} __attribute__((packed)) config = {
  .cell = {
    .signature = JAILHOUSE_CELL_DESC_SIGNATURE,
    .revision = JAILHOUSE_CONFIG_REVISION,
    .architecture = JAILHOUSE_ARM64,
    .name = "${name}",
    .flags = JAILHOUSE_CELL_PASSIVE_COMMREG,
    .cpu_set_size = sizeof(config.cpus),
    ${body}
  },
  .cpus = { CPUS },
};
`;
}

function root(cpus: string): string {
  return `#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>
struct {
  struct jailhouse_system header;
  __u64 cpus[1];
} __attribute__((packed)) config = {
  .header = {
    .signature = JAILHOUSE_SYSTEM_SIGNATURE,
    .revision = JAILHOUSE_CONFIG_REVISION,
    .architecture = JAILHOUSE_ARM64,
    .hypervisor_memory = { .phys_start = 0x40000000, .size = 0x400000 },
    .platform_info = {
      .arm = { .gic_version = 2, .maintenance_irq = 25, .gicd_base = 0x1000, .gicc_base = 0x2000, .gich_base = 0x4000, .gicv_base = 0x6000 },
    },
    .root_cell = { .name = "root", .cpu_set_size = sizeof(config.cpus) },
  },
  .cpus = { ${cpus} },
};
`;
}

function setUp(): { files: MemoryFiles; workspace: Workspace; all: string[] } {
  const files = new MemoryFiles({
    '/w/board.c': root('0xf'),
    '/w/board-one.c': cell('one'),
    '/w/board-two.c': cell('two'),
    '/w/shared.h': '#define CPUS 0x2\n',
    '/w/other.c': cell('other').replace('#include "shared.h"\n', '#define CPUS 0x1\n'),
  });
  const workspace = new Workspace(files);
  const all = ['/w/board.c', '/w/board-one.c', '/w/board-two.c', '/w/other.c'];
  for (const path of all) workspace.check(path);
  return { files, workspace, all };
}

function errors(workspace: Workspace, path: string): string[] {
  return workspace
    .check(path)
    .findings.filter((finding) => finding.severity === 'error')
    .map((finding) => finding.rule);
}

/** What a change costs: the answers computed when everything is asked again. */
function cost(workspace: Workspace, all: readonly string[], change: () => void): number {
  const before = workspace.computations;
  change();
  for (const path of all) workspace.check(path);
  return workspace.computations - before;
}

describe('recorded dependencies', () => {
  it('finds the example clean and computes nothing when nothing changed', () => {
    const { workspace, all } = setUp();
    for (const path of all) expect(errors(workspace, path)).toEqual([]);
    expect(cost(workspace, all, () => {})).toBe(0);
  });

  it('checks the cells again when the root config changes, and only them', () => {
    const { workspace, all } = setUp();
    const other = workspace.check('/w/other.c');
    workspace.open('/w/board.c', root('0x1'));
    expect(errors(workspace, '/w/board-one.c')).toContain('cell-cpu-not-in-root');
    expect(workspace.check('/w/other.c')).toBe(other);
    workspace.open('/w/board.c', root('0xf'));
    for (const path of all) expect(errors(workspace, path)).toEqual([]);
  });

  it('checks one cell alone again when only it changes', () => {
    const { workspace, all } = setUp();
    const [boardBefore, twoBefore] = [workspace.check('/w/board.c'), workspace.check('/w/board-two.c')];
    const computed = cost(workspace, all, () => workspace.open('/w/board-one.c', cell('one', '.id = 7,')));
    expect(computed).toBeGreaterThan(0);
    expect(workspace.check('/w/board.c')).toBe(boardBefore);
    expect(workspace.check('/w/board-two.c')).toBe(twoBefore);
  });

  it('reads a header again for all that include it', () => {
    const { files, workspace } = setUp();
    const other = workspace.check('/w/other.c');
    files.set('/w/shared.h', '#define CPUS 0x10\n');
    expect(errors(workspace, '/w/board-one.c')).toEqual([]);
    workspace.invalidate(['/w/shared.h']);
    expect(errors(workspace, '/w/board-one.c')).toContain('cell-cpu-not-in-root');
    expect(errors(workspace, '/w/board-two.c')).toContain('cell-cpu-not-in-root');
    expect(workspace.check('/w/other.c')).toBe(other);
  });

  it('notices a header that was missing', () => {
    const files = new MemoryFiles({ '/w/a.c': cell('a') });
    const workspace = new Workspace(files);
    expect(errors(workspace, '/w/a.c')).toContain('c-include');
    files.set('/w/shared.h', '#define CPUS 1\n');
    workspace.invalidate(['/w/shared.h']);
    expect(errors(workspace, '/w/a.c')).toEqual([]);
  });

  it('notices a header tree that appears, and takes its layout', () => {
    const { files, workspace } = setUp();
    expect(workspace.check('/w/other.c').header?.kind).toBe('built-in');
    const small = `${types}#define JAILHOUSE_CELL_DESC_SIGNATURE "JHCLL"\n#define JAILHOUSE_CONFIG_REVISION 99\n#define JAILHOUSE_ARM64 2\n#define JAILHOUSE_CELL_PASSIVE_COMMREG 1
struct jailhouse_cell_desc { char signature[5]; __u8 architecture; __u16 revision; char name[32]; __u32 id; __u32 flags; __u32 cpu_set_size; __u32 num_memory_regions;
  __u32 vpci_irq_base; } __attribute__((packed));\n`;
    files.set('/w/include/jailhouse/cell-config.h', small);
    files.set('/w/include/jailhouse/types.h', '');
    workspace.invalidate(['/w/include/jailhouse/cell-config.h', '/w/include/jailhouse/types.h']);
    const report = workspace.check('/w/other.c');
    expect(report.header).toMatchObject({ kind: 'tree', path: '/w/include/jailhouse/cell-config.h', revision: 99 });
    expect(report.config?.bytes.length).toBe(5 + 1 + 2 + 32 + 5 * 4 + 8);
  });

  it('a changed severity computes no reading again', () => {
    const { workspace, all } = setUp();
    const before = workspace.check('/w/board.c').config;
    workspace.configure({ ...workspace.settings, severity: { 'cell-cpu-not-in-root': 'off' } });
    for (const path of all) workspace.check(path);
    expect(workspace.check('/w/board.c').config).toBe(before);
  });

  it('another built-in revision reads everything again', () => {
    const { workspace } = setUp();
    workspace.configure({ ...workspace.settings, revision: 13 });
    const report = workspace.check('/w/board.c');
    expect(report.header?.revision).toBe(13);
    expect(report.findings.map((finding) => finding.rule)).toContain('c-unknown-field');
  });
});

describe('half-typed text', () => {
  it('keeps the last good model for the file and for its cells', () => {
    const { workspace } = setUp();
    const good = workspace.check('/w/board.c').config;
    workspace.open('/w/board.c', root('0xf').replace('.cpus = { 0xf }', '.cpus = { 0x'));
    const report = workspace.check('/w/board.c');
    expect(report.current).toBe(false);
    expect(report.config).toBe(good);
    expect(report.findings.map((finding) => finding.rule)).toContain('c-syntax');
    expect(errors(workspace, '/w/board-one.c')).toEqual([]);
  });

  it('keeps findings at their text while another line is half typed', () => {
    const files = new MemoryFiles({
      '/w/a.c': cell('a').replace('#include "shared.h"', '#define CPUS 1').replace('= JAILHOUSE_CONFIG_REVISION', '= 3'),
    });
    const workspace = new Workspace(files);
    const [before] = workspace.check('/w/a.c').findings.filter((finding) => finding.rule === 'config-revision');
    if (!before) throw new Error('the finding to be kept is missing');
    const text = files.readText('/w/a.c') ?? '';
    const typed = text.replace('struct {', '\n\nstruct {').replace('.cpus = { CPUS }', '.cpus = { CPUS + }');
    workspace.open('/w/a.c', typed);
    const [after] = workspace.check('/w/a.c').findings.filter((finding) => finding.rule === 'config-revision');
    // The edit begins above the finding and ends below it: it cannot be placed, so it goes.
    expect(after).toBeUndefined();
    workspace.open('/w/a.c', text.replace('.cpus = { CPUS }', '.cpus = { CPUS + }'));
    const [kept] = workspace.check('/w/a.c').findings.filter((finding) => finding.rule === 'config-revision');
    expect(kept?.span).toEqual(before.span);
  });
});
