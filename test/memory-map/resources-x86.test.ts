import { resourceTables } from '@jailhouse-cells/core/map-export/resource-tables.ts';
import type { Resources } from '@jailhouse-cells/core/memory-map/resources/model.ts';
import { functionName } from '@jailhouse-cells/core/memory-map/resources/names.ts';
import type { WhatIf } from '@jailhouse-cells/core/workspace/memory-maps.ts';
import { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { describe, expect, test } from 'vitest';
import { MemoryFiles } from '../memory-files.ts';

function resourcesOf(workspace: Workspace, root: string, whatIf: WhatIf = {}): Resources {
  const reading = workspace.memoryMap(root, whatIf);
  if (reading === undefined) throw new Error('no map');
  return reading.resources;
}

const holders = (rows: readonly { readonly id: string; readonly holders: readonly string[] }[]) =>
  Object.fromEntries(rows.map((row) => [row.id, row.holders.join(' ')]));

describe('x86', () => {
  const config = (name: string, header: string, cpus: string, chips: string, devices: string) => `#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>
struct {
	${header === '' ? 'struct jailhouse_cell_desc cell' : 'struct jailhouse_system header'};
	__u64 cpus[1];
	struct jailhouse_irqchip irqchips[2];
	struct jailhouse_pci_device pci_devices[1];
} __attribute__((packed)) config = {
	${header === '' ? '.cell = { .signature = JAILHOUSE_CELL_DESC_SIGNATURE, .architecture = JAILHOUSE_X86, .revision = JAILHOUSE_CONFIG_REVISION,' : `${header} .root_cell = {`}
		.name = "${name}", .cpu_set_size = sizeof(config.cpus), .num_irqchips = ARRAY_SIZE(config.irqchips), .num_pci_devices = ARRAY_SIZE(config.pci_devices),
	${header === '' ? '},' : '} },'}
	.cpus = { ${cpus} },
	.irqchips = { ${chips} },
	.pci_devices = { ${devices} },
};
`;
  const files = new MemoryFiles({
    '/work/jailhouse.json': JSON.stringify({
      revision: 14,
      systems: { pc: { rootCell: 'pc.c', cells: [{ config: 'pc-cell.c' }] } },
    }),
    '/work/pc.c': config(
      'pc',
      '.header = { .signature = JAILHOUSE_SYSTEM_SIGNATURE, .architecture = JAILHOUSE_X86, .revision = JAILHOUSE_CONFIG_REVISION, .platform_info = { .pci_mmconfig_base = 0xb0000000, .pci_mmconfig_end_bus = 255 },',
      '0b11',
      '{ .address = 0xfec00000, .id = 0xf0f8, .pin_bitmap = { 0b11 } }, { .address = 0xfec01000, .id = 0xf1f8, .pin_bitmap = { 0b10 } }',
      '{ .type = JAILHOUSE_PCI_TYPE_DEVICE, .iommu = 1, .bdf = 0xfa, .caps_start = 3, .num_caps = 3, .num_msi_vectors = 4, .num_msix_vectors = 1, .msix_region_size = 0x1000, .msix_address = 0xf7000000 }',
    ),
    '/work/pc-cell.c': config(
      'cell',
      '',
      '0b10',
      '{ .address = 0xfec00000, .id = 0xf0f8, .pin_bitmap = { 0b10 } }',
      '{ .type = JAILHOUSE_PCI_TYPE_DEVICE, .bdf = 0xfa, .num_msi_vectors = 1 }',
    ),
  });
  const workspace = new Workspace(files);

  test('pins are those of each I/O APIC', () => {
    const { interrupts } = resourcesOf(workspace, '/work/pc.c');
    expect(interrupts.map(({ id, intid, controller, holders: own }) => ({ id, intid, controller, own }))).toEqual([
      { id: 'interrupt:0xfec00000:0', intid: 0, controller: 0xfec00000n, own: ['root'] },
      { id: 'interrupt:0xfec00000:1', intid: 1, controller: 0xfec00000n, own: ['cell:cell'] },
      { id: 'interrupt:0xfec01000:1', intid: 1, controller: 0xfec01000n, own: ['root'] },
    ]);
  });

  test('a physical function is Linux\u2019, then the root cell\u2019s, then that of the cell', () => {
    const at = (moment: string) => Object.values(holders(resourcesOf(workspace, '/work/pc.c', { moment }).functions));
    expect([at('booted'), at('enabled'), at('started')]).toEqual([['root'], ['root'], ['cell:cell']]);
    const [row] = resourcesOf(workspace, '/work/pc.c').functions;
    expect([row?.kind, row && functionName(row)]).toEqual(['device', '0000:00:1f.2']);
    expect(row?.details).toEqual([
      'pc: 4 MSI vectors, 1 MSI-X vector at 0xf7000000, IOMMU 1, capabilities 3 to 5',
      'cell: 1 MSI vector, IOMMU 0',
    ]);
    const titles = resourceTables(workspace.memoryMap('/work/pc.c') as NonNullable<ReturnType<Workspace['memoryMap']>>);
    expect(titles.map(({ title, heading }) => `${title}: ${heading.slice(0, 2).join(', ')}`)).toEqual([
      'CPUs: CPU, has it',
      'Interrupts: pin, has it',
      'PCI functions: function, kind',
    ]);
  });
});
