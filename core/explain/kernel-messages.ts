import type { MessageKind } from './message-kind.ts';

/** What Linux logs around the kernel module, in its own words (observed on Linux 6.1). */
export const kernelMessages: readonly MessageKind[] = [
  {
    id: 'ecam-conflict',
    needs: "can't claim ECAM area",
    shape: /can't claim ECAM area \[mem (0x[0-9a-f]+)-(0x[0-9a-f]+)[^\]]*\]: address conflict with (.+?)(?: \[mem .*)?$/i,
    weight: 'error',
    operations: ['enable'],
    meaning:
      'Linux refuses the virtual PCI host: its configuration window $1-$2 is already used by "$3". Enable succeeds, but the root cell has no ivshmem devices.',
    rules: [
      'pci-window-in-ram',
      'pci-window-over-device',
      'memory-in-gpu-memory',
      'mmconfig-overlaps-hypervisor',
      'region-covers-mmconfig',
      'mmconfig-above-4g',
    ],
    causes: [
      {
        title: 'pci_mmconfig_base lies on something else',
        text: 'Move it to 2 MiB below 4 GiB where there is neither RAM nor a device on any variant of the board (see /proc/iomem).',
        points: 'mmconfig',
        confidence: 'likely',
      },
    ],
  },
  {
    id: 'pci-domain-refused',
    needs: 'omain',
    shape: /(?:Invalid domain ([0-9a-f]+)|Inconsistent "linux,pci-domain" property)/i,
    weight: 'error',
    operations: ['enable'],
    meaning: 'Linux refuses the PCI domain of the virtual host. Enable succeeds, but the root cell has no ivshmem devices.',
    rules: ['pci-domain-of-board'],
    causes: [
      {
        title: 'The domains of the virtual and the real PCI host clash',
        text: "Give the real host linux,pci-domain = <0> in the board's device tree (an overlay does) and the virtual one another number in pci_domain, for example 1.",
        points: 'pci-domain',
        confidence: 'likely',
      },
    ],
  },
  {
    id: 'virtual-host-probe',
    needs: 'pci-host-generic',
    shape: /pci-host-generic: probe of ([0-9a-f]+)\.pci failed with error -(\d+)/,
    weight: 'error',
    operations: ['enable'],
    meaning:
      'The driver of the virtual PCI host at 0x$1 gave up with error $2: the root cell has no ivshmem devices although enable succeeds.',
    rules: [
      'pci-domain-of-board',
      'pci-window-in-ram',
      'pci-window-over-device',
      'mmconfig-above-4g',
      'mmconfig-overlaps-hypervisor',
      'region-covers-mmconfig',
    ],
    causes: [
      {
        title: 'pci_domain is taken, or was not given back by the last disable',
        text: 'Error 28 was observed with pci_domain 0 beside a real PCI host, and at every second enable on Linux 6.1: choose another pci_domain, or boot again.',
        points: 'pci-domain',
      },
      {
        title: 'The configuration window is taken',
        text: 'Error 16: look for an "ECAM area ... address conflict" line before this one, and at pci_mmconfig_base.',
        points: 'mmconfig',
      },
    ],
  },
  {
    id: 'kernel-oops',
    needs: 'Internal error: ',
    shape: /Internal error: (.+)/,
    weight: 'error',
    meaning:
      'The kernel itself broke off: $1. A jailhouse command then ends with exit status 139 and keeps the lock of the driver, so that later ones hang. Reset the board.',
    rules: [
      'memory-not-fitted',
      'hypervisor-memory-alignment',
      'mmconfig-overlaps-hypervisor',
      'region-covers-mmconfig',
      'region-covers-gic',
      'mmconfig-above-4g',
      'gic-base-alignment',
    ],
    causes: [
      {
        title: 'The hypervisor memory is not there',
        text: 'A synchronous external abort in memset or memcpy: hypervisor_memory (partly) lies outside of the installed RAM.',
        points: 'hypervisor-memory',
      },
      {
        title: 'The PCI configuration window is not trapped',
        text: 'An external abort in pci_generic_config_read: a region covers pci_mmconfig_base (observed when the window or the GIC lies in a mapped region), so that accesses go to the bus.',
        points: 'mmconfig',
      },
      {
        title: 'Firmware and module do not fit',
        text: 'An undefined instruction in enter_hypervisor: the file in /lib/firmware is truncated or of another build.',
      },
    ],
  },
  {
    id: 'unknown-symbol',
    needs: 'Unknown symbol',
    shape: /jailhouse: Unknown symbol (\w+)/,
    weight: 'error',
    meaning: 'The module does not load: this kernel does not export $1.',
    rules: [],
    causes: [
      {
        title: 'The kernel lacks the Jailhouse patches',
        text: 'Kernels from 5.7 on have to export ioremap_page_range and, on arm, __hyp_stub_vectors: use a kernel of a jailhouse-enabling branch.',
        confidence: 'likely',
      },
    ],
  },
];
