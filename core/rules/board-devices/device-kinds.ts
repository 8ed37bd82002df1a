import type { BoardDevice } from '../../board/board.ts';
import { gicVersionOf } from '../../board/gic.ts';
import type { TreeNode } from '../../devicetree/model.ts';
import { namedNodes } from '../../devicetree/phandle-properties.ts';
import { phandlesOf, rootOf } from '../../devicetree/phandles.ts';
import { baseNameOf, isEnabled, nodesBelow, property } from '../../devicetree/tree-access.ts';

/** `serial` of `serial@7e201000`. */
function kindOf(device: BoardDevice): string {
  return baseNameOf(device).toLowerCase();
}

const interruptControllers = /^arm,(?:gic-.*|\w*-gic)$|^brcm,bcm283\d-(?:l1-intc|armctrl-ic)$/;
const iommus = /^arm,(?:smmu|mmu-|s2-)|^ti,.*pvu|-iommu$/;

/** What the hypervisor answers for, or has for itself: interrupt controllers and IOMMUs. Other rules look at them. */
export function isOfHypervisor(device: BoardDevice): boolean {
  const { node, compatible } = device;
  if (compatible.some((name) => interruptControllers.test(name) || iommus.test(name))) return true;
  if (node === undefined) return false;
  if (gicVersionOf(node) !== undefined || property(node, '#iommu-cells') !== undefined || property(node, 'msi-controller') !== undefined)
    return true;
  // Controllers of pins have it, too.
  return property(node, 'interrupt-controller') !== undefined && property(node, 'gpio-controller') === undefined;
}

/**
 * Nodes that describe no registers which a driver works with all the time: memory on the chip, flash, buses, caches, parts for tracing.
 */
const quiet =
  /^(?:flash|nor|rom|sram|\w*-?sram|memory-controller|cache-controller|l2-cache|soc|bus|.*-bus|aips|axi|apb|ahb|cci|ccn|cpu-debug|etm|etf|etr|funnel|replicator|tpiu|cti|stm|pmu|efuse|otp|fuse|chipid|syscon|interrupt-controller|intc|its|msi|msi-controller|iommu|smmu)$/;
const quietCompatibles =
  /^(?:cfi-flash|jedec-flash|mmio-sram|mtd-ram|mtd-rom|simple-bus|simple-mfd|simple-pm-bus|syscon|arm,coresight.*|arm,cci-.*|arm,cci-400.*)$/;

/** False for what a root Linux looks at seldom or never: whether it does is not in the tree. */
export function mayBeDriven(device: BoardDevice): boolean {
  const { compatible } = device;
  if (isOfHypervisor(device) || quiet.test(kindOf(device)) || quietCompatibles.test(compatible[0] ?? '')) return false;
  if (clock.test(kindOf(device)) && device.node !== undefined && !providesForBusy(device.node)) return false;
  // Registers for others to look into, and no more.
  return !compatible.includes('syscon') || compatible.includes('simple-mfd');
}

/**
 * Generic names (Devicetree Specification 2.2.2) of devices that Linux works with as long as it runs, whether somebody uses them or not: storage, network,
 * USB, pins, clocks. QEMU has names of its own. A UART, an I2C or SPI bus may rest for ever.
 */
const driven =
  /^(?:\w*mmc|mmcnr|sdhci|sdhost|ethernet|usb|usb3?-?host|ehci|ohci|xhci|sata|ahci|gpio|pinctrl|pinmux|virtio_mmio|clock|clock-controller|cprman)$/;

const cpuCounters = /^(?:arm,(?:arm|cortex|neoverse)[^,]*-pmu|apm,potenza-pmu|brcm,vulcan-pmu|cavium,thunder-pmu|nvidia,\w+-pmu)/;

/** Counters of the CPUs, one interrupt for each CPU: Linux hears none from a CPU that it gave to a cell. */
export function isOfCpus({ compatible }: BoardDevice): boolean {
  return compatible.some((name) => cpuCounters.test(name));
}

const clock = /^clock(?:-controller)?$/;

/** True where a driver is sure to access the registers if the node is enabled and the kernel has the driver. */
export function isDriven(device: BoardDevice): boolean {
  return driven.test(kindOf(device)) && mayBeDriven(device);
}

/** Names of devices besides the driven ones that switch their clocks now and then. */
const busy = /^(?:cpu|serial|uart|i2c|spi|i2s|pwm|timer|watchdog|thermal|dma|dma-controller|rng|crypto|pcie?|phy|mali|gpu)$/;

/**
 * Whether a clock controller has a user that is enabled and at work. That of a display which the board does not have is looked at while Linux boots and
 * never again (the DE2 clocks of an Allwinner H3 on a board without HDMI).
 */
function providesForBusy(provider: TreeNode): boolean {
  const root = rootOf(provider);
  const nodes = phandlesOf(root);
  for (const node of nodesBelow(root)) {
    const kind = baseNameOf(node).toLowerCase();
    if (node === provider || !(driven.test(kind) || busy.test(kind)) || !isEnabled(node)) continue;
    for (const name of ['clocks', 'resets', 'power-domains']) {
      const list = property(node, name);
      if (list === undefined) continue;
      const named = namedNodes(list, nodes);
      // A list that does not read as one may name it.
      if (named.size === 0 && list.value.length > 0) return true;
      for (const other of named.values()) if (other === provider) return true;
    }
  }
  return false;
}

/** Names of devices whose interrupts come in any Linux that has the driver. */
const interrupting = /^(?:serial|uart|pl011|\w*mmc|mmcnr|sdhci|sdhost|ethernet|virtio_mmio|sata|ahci)$/;

/** True where the interrupt of an enabled node is sure to be in use. */
export function isInterrupting(device: BoardDevice): boolean {
  return interrupting.test(kindOf(device));
}
