import type { MessageKind } from './message-kind.ts';

/** What the command line tool and its Python helpers print (tools/jailhouse.c, tools/jailhouse-cell-linux; observed). */
export const toolMessages: readonly MessageKind[] = [
  {
    id: 'no-space-for-images',
    needs: 'No space found to load all images',
    shape: /No space found to load all images/,
    weight: 'error',
    operations: ['linux'],
    meaning: 'jailhouse cell linux found no memory region that takes kernel, initrd and device tree.',
    rules: ['linux-ram-flags'],
    causes: [
      {
        title: 'No region counts as RAM for Linux, or none is large enough',
        text: 'It takes the first region with READ, WRITE, EXECUTE and DMA, without IO, COMM_REGION and ROOTSHARED, that holds kernel, initrd and device tree plus 2 MiB of alignment. Without LOADABLE loading fails afterwards.',
        points: 'cell-ram',
        confidence: 'likely',
      },
    ],
  },
  {
    id: 'no-device-tree',
    needs: 'No device tree specified',
    shape: /No device tree specified/,
    weight: 'error',
    operations: ['linux'],
    meaning: 'jailhouse cell linux needs a device tree on ARM.',
    rules: [],
    causes: [{ title: 'Option -d is missing', text: 'Add -d INMATE.dtb.', confidence: 'likely' }],
  },
  {
    id: 'bad-device-tree',
    needs: 'DTB',
    shape: /(?:Invalid DTB|Unsupported DTB version \d+)/,
    weight: 'error',
    operations: ['linux'],
    meaning: 'jailhouse cell linux cannot use the device tree.',
    rules: [],
    causes: [
      {
        title: 'The file is no device tree, or its root lacks the cell sizes',
        text: 'Compile it with dtc to version 17; the root node needs #address-cells and #size-cells.',
        confidence: 'likely',
      },
    ],
  },
  {
    id: 'module-not-loaded',
    needs: '/dev/jailhouse',
    shape: /(?:opening \/dev\/jailhouse: No such file or directory|No such file or directory: '\/dev\/jailhouse')/,
    weight: 'error',
    errno: 'ENOENT',
    meaning: 'The kernel module is not loaded: there is no /dev/jailhouse.',
    rules: [],
    causes: [
      {
        title: 'Module not loaded',
        text: 'Load it with modprobe jailhouse (or insmod jailhouse.ko). The configs have no part in this.',
        confidence: 'likely',
      },
    ],
  },
  {
    id: 'not-allowed',
    needs: '/dev/jailhouse',
    shape: /(?:opening \/dev\/jailhouse: Permission denied|Permission denied: '\/dev\/jailhouse')/,
    weight: 'error',
    errno: 'EACCES',
    meaning: 'Only root may open /dev/jailhouse.',
    rules: [],
    causes: [{ title: 'Not root', text: 'Run jailhouse with sudo. The configs have no part in this.', confidence: 'likely' }],
  },
  {
    id: 'file-not-opened',
    needs: 'opening ',
    shape: /opening (?!\/dev\/jailhouse)(?!\/sys\/)(\S.*): (No such file or directory|Permission denied)/,
    weight: 'error',
    meaning: 'The tool cannot open $1: $2.',
    rules: [],
    causes: [
      {
        title: 'The file is not there',
        text: 'It is looked for on the board, relative to the folder of the command. Options of cell load (-a ADDRESS) go behind the image that they belong to.',
      },
    ],
  },
  {
    id: 'console-not-permitted',
    needs: 'read(console)',
    shape: /read\(console\): Operation not permitted/,
    weight: 'error',
    operations: ['console'],
    errno: 'EPERM',
    meaning: 'The hypervisor keeps no log for jailhouse console.',
    rules: ['virtual-console-missing'],
    causes: [
      {
        title: 'JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE is not set',
        text: 'Add it to the flags of the system config.',
        points: 'system-flags',
        confidence: 'likely',
      },
    ],
  },
  {
    id: 'console-empty',
    needs: 'read(console)',
    shape: /read\(console\): Resource temporarily unavailable/,
    weight: 'error',
    operations: ['console'],
    errno: 'EAGAIN',
    meaning: 'The hypervisor was never enabled since the module was loaded, so there is no log.',
    rules: [],
    causes: [{ title: 'Not enabled', text: 'Enable it first. The configs have no part in this.', confidence: 'likely' }],
  },
  {
    id: 'killed-by-kernel',
    needs: 'egmentation fault',
    shape: /Segmentation fault/,
    weight: 'error',
    meaning:
      'The command was ended by the kernel, usually exit status 139: a kernel oops in the driver. Later jailhouse commands hang, because the lock of the driver stays held; reset the board.',
    rules: ['hypervisor-memory-alignment', 'mmconfig-overlaps-hypervisor', 'region-covers-mmconfig', 'region-covers-gic'],
    causes: [
      {
        title: 'The hypervisor memory is not there',
        text: 'hypervisor_memory (partly) lies outside of the installed RAM. The kernel log names the function: memset or memcpy.',
        points: 'hypervisor-memory',
      },
      {
        title: 'The PCI configuration window is not trapped',
        text: 'A mapped region covers pci_mmconfig_base, or nothing is there. The kernel log names pci_generic_config_read.',
        points: 'mmconfig',
      },
    ],
  },
  {
    id: 'module-in-use',
    needs: 'Module jailhouse is in use',
    shape: /Module jailhouse is in use/,
    weight: 'error',
    meaning: 'The module cannot be removed: the hypervisor is enabled, or a process has /dev/jailhouse open.',
    rules: [],
    causes: [
      {
        title: 'Still in use',
        text: 'Run jailhouse disable; then end a forgotten jailhouse console -f, which outlives its ssh connection.',
        confidence: 'likely',
      },
    ],
  },
];
