/** The rules about CPUs, interrupts, PCI functions and links: where their findings are shown beside the resource. */

export const cpuRules: ReadonlySet<string> = new Set([
  'cell-cpu-not-in-root',
  'cell-cpu-set-empty',
  'cell-takes-all-cpus',
  'cells-share-cpus',
  'cells-starve-root',
  'gicv2-cpu-limit',
  'root-cpu-set-empty',
  'x86-cell-takes-cpu0',
  'cpu-affinity-beyond-gicv3',
  'cpu-not-under-psci',
  'root-cpu-missing',
  'root-cpu-not-on-board',
  'guest-cpus-differ',
]);

/** What is wrong with an entry of the irqchips is wrong with all of its pins, whatever numbers the message has. */
export const irqchipRules: ReadonlySet<string> = new Set([
  'irqchip-id-ignored',
  'irqchip-pin-base',
  'irqchip-wrong-address',
  'ioapic-pin-base',
  'root-irqchips-overlap',
]);

/** Their messages name the interrupts as `INTID 125, 130`. */
export const interruptRules: ReadonlySet<string> = new Set([
  ...irqchipRules,
  'cells-share-interrupts',
  'irqchip-pin-range',
  'irqchip-pins-not-in-root',
  'irqchip-private-interrupts',
  'ivshmem-interrupt-base-missing',
  'ivshmem-interrupt-not-owned',
  'ivshmem-interrupt-of-root',
  'ivshmem-interrupt-shared',
  'cell-takes-interrupt-of-root',
  'interrupt-beyond-board',
  'ivshmem-interrupt-of-device',
  'root-interrupts-missing',
  'guest-interrupt-not-owned',
  'guest-interrupt-unlisted',
  'guest-pci-interrupts',
]);

const ivshmemRules = [
  'cells-ivshmem-ends-differ',
  'cells-share-ivshmem-id',
  'ivshmem-bar-mask',
  'ivshmem-bus',
  'ivshmem-function',
  'ivshmem-id-limit',
  'ivshmem-id-not-a-peer',
  'ivshmem-id-taken-by-root',
  'ivshmem-interrupt-base-missing',
  'ivshmem-interrupt-not-owned',
  'ivshmem-interrupt-of-root',
  'ivshmem-interrupt-shared',
  'ivshmem-link-apart',
  'ivshmem-memory-differs',
  'ivshmem-not-rootshared',
  'ivshmem-output-size',
  'ivshmem-peer-count',
  'ivshmem-peers-differ',
  'ivshmem-protocol',
  'ivshmem-protocols-differ',
  'ivshmem-region-range',
  'ivshmem-rootshared-unneeded',
  'ivshmem-section-access',
  'ivshmem-sections-gap',
  'ivshmem-state-table',
  'ivshmem-vectors',
  'ivshmem-vectors-differ',
  'ivshmem-interrupt-of-device',
  'pci-device-is-root-ivshmem',
  'pci-domain-differs',
] as const;

/** Their messages name the devices as `00:01.0`. */
export const functionRules: ReadonlySet<string> = new Set([
  ...ivshmemRules,
  'mmconfig-missing',
  'pci-bus-beyond-window',
  'pci-caps-range',
  'pci-device-duplicate',
  'pci-device-not-in-root',
  'pci-device-on-virtual-host',
  'pci-device-type',
  'pci-msi-unfiltered',
  'pci-msix-table',
]);

export const linkRules: ReadonlySet<string> = new Set([...ivshmemRules, 'ivshmem-memory-not-reserved']);
