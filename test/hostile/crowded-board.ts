import { encodeDtb } from '@jailhouse-cells/core/devicetree/encode-dtb.ts';
import { FileTreeHost } from '@jailhouse-cells/core/devicetree/file-tree-host.ts';
import { readTreeSource } from '@jailhouse-cells/core/devicetree/read-source.ts';
import { SourceFile } from '@jailhouse-cells/core/source/source-file.ts';
import { MemoryFiles } from '../memory-files.ts';

/** Where devices and regions start: every second page is taken, memory and device in turn. */
const first = 0x100000000n;
const distance = 0x2000n;

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** A config of so many regions and irqchips. */
export function crowdedConfig(kind: 'system' | 'cell', regions: number, irqchips = 1): string {
  const memory = Array.from({ length: regions }, (_, i) => {
    const at = hex(first + BigInt(i) * distance);
    const flags = `JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | ${i % 2 ? 'JAILHOUSE_MEM_IO' : 'JAILHOUSE_MEM_EXECUTE'}`;
    return `{ .phys_start = ${at}, .virt_start = ${at}, .size = 0x1000, .flags = ${flags} },`;
  });
  const chips = Array.from(
    { length: irqchips },
    (_, i) => `{ .address = 0xff841000, .pin_base = ${32 + 128 * (i % 7)}, .pin_bitmap = { ~0U, ~0U, ~0U, ~0U } },`,
  );
  const common = '.architecture = JAILHOUSE_ARM64, .revision = JAILHOUSE_CONFIG_REVISION,';
  const counters =
    '.cpu_set_size = sizeof(config.cpus), .num_memory_regions = ARRAY_SIZE(config.mem_regions), .num_irqchips = ARRAY_SIZE(config.irqchips),';
  const head =
    kind === 'cell'
      ? `.cell = { .signature = JAILHOUSE_CELL_DESC_SIGNATURE, ${common} .name = "cell", ${counters} },`
      : `.header = { .signature = JAILHOUSE_SYSTEM_SIGNATURE, ${common}
	.hypervisor_memory = { .phys_start = 0x10000000, .size = 0x600000 },
	.platform_info = { .pci_mmconfig_base = 0xe0000000, .pci_is_virtual = 1, .pci_domain = 1, .arm = { .gic_version = 2, .gicd_base = 0xff841000,
		.gicc_base = 0xff842000, .gich_base = 0xff844000, .gicv_base = 0xff846000, .maintenance_irq = 25 } },
	.root_cell = { .name = "root", ${counters} } },`;
  return `#include <jailhouse/types.h>
#include <jailhouse/cell-config.h>
struct {
	struct ${kind === 'system' ? 'jailhouse_system header' : 'jailhouse_cell_desc cell'};
	__u64 cpus[1];
	struct jailhouse_memory mem_regions[${regions}];
	struct jailhouse_irqchip irqchips[${irqchips}];
} __attribute__((packed)) config = {
	${head}
	.cpus = { ${kind === 'system' ? '0xf' : '0xc'} },
	.mem_regions = { ${memory.join('\n')} },
	.irqchips = { ${chips.join('\n')} },
};
`;
}

/** A board of so many devices, at the places of the regions or `offset` behind them. */
export function crowdedTree(devices: number, as?: 'source', offset?: bigint): string;
export function crowdedTree(devices: number, as: 'blob', offset?: bigint): Uint8Array;
export function crowdedTree(devices: number, as: 'source' | 'blob' = 'source', offset = 0n): string | Uint8Array {
  const nodes = Array.from({ length: devices }, (_, i) => {
    const at = first + BigInt(i) * distance + offset;
    return `dev@${at.toString(16)} { compatible = "x,y"; reg = <${hex(at >> 32n)} ${hex(at & 0xffffffffn)} 0 0x1000>; interrupts = <0 ${i % 900} 4>; };`;
  });
  const text = `/dts-v1/;
/ {
	compatible = "raspberrypi,4-model-b", "brcm,bcm2711";
	#address-cells = <2>;
	#size-cells = <2>;
	interrupt-parent = <&gic>;
	memory@0 { device_type = "memory"; reg = <0 0 0 0x80000000>; };
	cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { device_type = "cpu"; compatible = "arm,cortex-a72"; reg = <0>; }; };
	soc {
		compatible = "simple-bus";
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		gic: interrupt-controller@ff841000 {
			compatible = "arm,gic-400";
			interrupt-controller;
			#interrupt-cells = <3>;
			reg = <0 0xff841000 0 0x1000 0 0xff842000 0 0x2000 0 0xff844000 0 0x2000 0 0xff846000 0 0x2000>;
			interrupts = <1 9 0xf04>;
		};
		${nodes.join('\n')}
	};
};
`;
  if (as === 'source') return text;
  const { tree } = readTreeSource(new SourceFile('/b.dts', text), new FileTreeHost(new MemoryFiles(), [], {}));
  if (tree === undefined) throw new Error('the tree cannot be read');
  return encodeDtb(tree);
}
