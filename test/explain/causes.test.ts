import { describe, expect, test } from 'vitest';
import { cellPath, type Edit, errorOf, logOf, QemuSystem, rootPath } from './qemu-system.ts';

/**
 * Mistakes that were tried on the real hypervisor (QEMU arm64), with the text that it printed, and the cause that has to come
 * first.
 */
interface Case {
  readonly name: string;
  readonly root?: readonly Edit[];
  readonly cell?: readonly Edit[];
  readonly log: string;
  readonly title: RegExp;
  readonly rule?: string;
  /** Part of the line that the cause points at first. */
  readonly line?: string;
  readonly confidence: 'certain' | 'likely' | 'possible';
}

const parked = (cpu: number, cell: string) => `\n\nParking CPU ${cpu} (Cell: "${cell}")\n`;
const dataAbort = (text: string, cpu = 1, cell = 'inmate-demo') =>
  `${text}\n\nFATAL: unhandled trap (exception class 0x24)\nCell state before exception:\n pc: 00000000000050c8   lr: 0000000000001234 spsr: 60000005     EL1\n sp: 0000000000007ff0  elr: 0000000000000000  esr: 24 1 1410005\n x0: 0000000009000000   x1: 0000000000000000   x2: 0000000000000000${parked(cpu, cell)}`;

const cases: readonly Case[] = [
  {
    name: 'R02 revision of the root config',
    root: [['.revision = JAILHOUSE_CONFIG_REVISION', '.revision = 13']],
    log: 'JAILHOUSE_ENABLE: Invalid argument\n[  284.301135] jailhouse: Configuration revision mismatch\n',
    title: /revision/i,
    rule: 'config-revision',
    line: '.revision = 13',
    confidence: 'certain',
  },
  {
    name: 'R29 cpu_set_size 0',
    root: [['.cpu_set_size = sizeof(config.cpus)', '.cpu_set_size = 0']],
    log: 'JAILHOUSE_ENABLE: Invalid argument\n',
    title: /./,
    line: '.cpu_set_size = 0',
    confidence: 'likely',
  },
  {
    name: 'R56 hypervisor memory too small, no text at all',
    root: [['.size = 0x400000', '.size = 0x2e000']],
    log: 'JAILHOUSE_ENABLE: Invalid argument\n',
    title: /./,
    rule: 'hypervisor-memory-too-small',
    line: '.size = 0x2e000',
    confidence: 'likely',
  },
  {
    name: 'R40 CPU that does not exist: only the board can tell',
    log: 'JAILHOUSE_ENABLE: Invalid argument\nInitializing Jailhouse hypervisor v0.12 on CPU 1\nsetup.c:174: returning error -EINVAL\n',
    title: /other CPUs than those online/,
    line: '.cpus = { 0xffff }',
    confidence: 'likely',
  },
  {
    name: 'R9A domain 0 is taken',
    root: [['.pci_domain = 1', '.pci_domain = 0']],
    log: '[  743.5] pci-host-generic 8e00000.pci: Scanning root bridge failed\n[  743.6] pci-host-generic: probe of 8e00000.pci failed with error -28\n',
    title: /PCI domains of the virtual and the real/,
    line: '.pci_domain = 0',
    confidence: 'certain',
  },
  {
    name: 'R97 end bus 1',
    root: [['.pci_mmconfig_end_bus = 0', '.pci_mmconfig_end_bus = 1']],
    log: `FATAL: Invalid PCI MMCONFIG write, device 01:00.0, reg: 0xc, size: 4\n\nFATAL: forbidden access (exception class 0x24)${parked(2, 'qemu-arm64')}`,
    title: /./,
    rule: 'mmconfig-end-bus',
    line: '.pci_mmconfig_end_bus = 1',
    confidence: 'certain',
  },
  {
    name: 'RA0 GICv2 on a GICv3',
    root: [['.gic_version = 3', '.gic_version = 2']],
    log: 'JAILHOUSE_ENABLE: No such device\n CPU 1... arm-common/gic-v2.c:54: returning error -ENODEV\n',
    title: /GIC|gic|[Ii]nterrupt controller/,
    confidence: 'certain',
  },
  {
    name: 'RB2 pin_base 16',
    root: [['.pin_base = 32', '.pin_base = 16']],
    log: 'arm-common/irqchip.c:427: returning error -EINVAL\nJAILHOUSE_ENABLE: Invalid argument\n',
    title: /./,
    rule: 'irqchip-pin-base',
    line: '.pin_base = 16',
    confidence: 'certain',
  },
  {
    name: 'RC0 RAM of the root cell too small',
    root: [['.size = 0x3fa10000', '.size = 0x20000000']],
    log: `FATAL: instruction abort at 0x6fffff10\n\nFATAL: forbidden access (exception class 0x20)${parked(2, 'qemu-arm64')}`,
    title: /Linux uses more than mem_regions\[10\]/,
    line: '.size = 0x20000000',
    confidence: 'likely',
  },
  {
    name: 'RC6 RAM of the root cell without WRITE',
    root: [
      [
        '.size = 0x3fa10000,\n\t\t\t.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE |',
        '.size = 0x3fa10000,\n\t\t\t.flags = JAILHOUSE_MEM_READ |',
      ],
    ],
    log: dataAbort('Unhandled data write at 0x40fcab20(1)', 2, 'qemu-arm64'),
    title: /The region lacks WRITE/,
    line: '.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_EXECUTE',
    confidence: 'certain',
  },
  {
    name: 'RE9 ivshmem id 12',
    root: [['.shmem_dev_id = 0,\n\t\t\t.shmem_peers = 3', '.shmem_dev_id = 12,\n\t\t\t.shmem_peers = 3']],
    log: 'Adding virtual PCI device 00:00.0 to cell "qemu-arm64"\nivshmem.c:421: returning error -EINVAL\nJAILHOUSE_ENABLE: Invalid argument\n',
    title: /./,
    rule: 'ivshmem-id-limit',
    line: '.shmem_dev_id = 12',
    confidence: 'certain',
  },
  {
    name: 'C01 signature of a cell',
    cell: [['.signature = JAILHOUSE_CELL_DESC_SIGNATURE', '.signature = "JHXXX"']],
    log: 'JAILHOUSE_CELL_CREATE: Invalid argument\n[ 12.3] jailhouse: Not a cell configuration\n',
    title: /./,
    rule: 'cell-signature',
    line: '.signature = "JHXXX"',
    confidence: 'certain',
  },
  {
    name: 'architecture of a cell: create exits with 0',
    cell: [['JAILHOUSE_ARM64', 'JAILHOUSE_ARM']],
    log: '[  170.165613] jailhouse: Configuration architecture mismatch\n',
    title: /./,
    rule: 'architecture-mismatch',
    line: '.architecture = JAILHOUSE_ARM,',
    confidence: 'certain',
  },
  {
    name: 'C08 name of the root cell',
    cell: [['.name = "inmate-demo"', '.name = "qemu-arm64"']],
    log: 'JAILHOUSE_CELL_CREATE: File exists\n',
    title: /./,
    rule: 'name-taken-by-root',
    line: '.name = "qemu-arm64"',
    confidence: 'likely',
  },
  {
    name: 'C21 CPU 20',
    cell: [['.cpus = { 0b0010 }', '.cpus = { 0x100000 }']],
    log: 'JAILHOUSE_CELL_CREATE: Device or resource busy\ncontrol.c:487: returning error -EBUSY\n',
    title: /./,
    rule: 'cell-cpu-not-in-root',
    line: '.cpus = { 0x100000 }',
    confidence: 'certain',
  },
  {
    name: 'C87 region index of a cell',
    cell: [['.shmem_regions_start = 0', '.shmem_regions_start = 6']],
    log: 'JAILHOUSE_CELL_CREATE: Invalid argument\nivshmem.c:413: returning error -EINVAL\n',
    title: /./,
    rule: 'ivshmem-region-range',
    line: '.shmem_regions_start = 6',
    confidence: 'certain',
  },
  {
    name: 'C3F loadable region without WRITE',
    cell: [['JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE', 'JAILHOUSE_MEM_READ | JAILHOUSE_MEM_EXECUTE']],
    log: 'JAILHOUSE_CELL_LOAD: Invalid argument\n',
    title: /loadable region lacks WRITE/,
    line: '.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_EXECUTE',
    confidence: 'certain',
  },
  {
    name: 'C10 the communication region is not counted',
    cell: [['.num_memory_regions = ARRAY_SIZE(config.mem_regions)', '.num_memory_regions = 7']],
    log: dataAbort('Unhandled data read at 0x80000006(2)'),
    title: /communication region is missing/,
    line: '.num_memory_regions = 7',
    confidence: 'certain',
  },
  {
    name: 'C53 communication region of half a page',
    cell: [['.virt_start = 0x80000000,\n\t\t\t.size = 0x1000', '.virt_start = 0x80000000,\n\t\t\t.size = 0x800']],
    log: dataAbort('FATAL: Invalid MMIO read, address: 6, size: 2'),
    title: /communication region is no whole page/,
    rule: 'comm-region-size',
    line: '.size = 0x800',
    confidence: 'certain',
  },
  {
    name: 'C5A communication region without access',
    cell: [['JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_COMM_REGION', 'JAILHOUSE_MEM_COMM_REGION']],
    log: dataAbort('Unhandled data read at 0x80000006(2)'),
    title: /lacks READ/,
    rule: 'region-without-access',
    line: '.flags = JAILHOUSE_MEM_COMM_REGION',
    confidence: 'certain',
  },
  {
    name: 'C65 sub-page UART with 8 bits only',
    cell: [
      [
        '.size = 0x1000,\n\t\t\t.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO |',
        '.size = 0x800,\n\t\t\t.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_IO | JAILHOUSE_MEM_IO_8 |',
      ],
    ],
    log: dataAbort('FATAL: Invalid MMIO read, address: 9000018, size: 4'),
    title: /lacks IO_32/,
    line: 'JAILHOUSE_MEM_IO_8',
    confidence: 'certain',
  },
  {
    name: 'C66 sub-page UART that starts too late',
    cell: [
      [
        '.phys_start = 0x9000000,\n\t\t\t.virt_start = 0x9000000,\n\t\t\t.size = 0x1000,\n\t\t\t.flags = ',
        '.phys_start = 0x9000004,\n\t\t\t.virt_start = 0x9000004,\n\t\t\t.size = 0x100,\n\t\t\t.flags = JAILHOUSE_MEM_IO_32 | ',
      ],
    ],
    log: dataAbort('Unhandled data write at 0x9000000(4)'),
    title: /console of the cell is in none/,
    line: '.address = 0x9000000',
    confidence: 'certain',
  },
  {
    name: 'C81 ivshmem id beyond the peers',
    cell: [['.shmem_dev_id = 1', '.shmem_dev_id = 3']],
    log: dataAbort('Unhandled data write at 0x7fb00000(4)'),
    title: /./,
    rule: 'ivshmem-id-not-a-peer',
    line: '.shmem_dev_id = 3',
    confidence: 'certain',
  },
  {
    name: 'C8O gap before the common section',
    cell: [['.virt_start = 0x7faf1000', '.virt_start = 0x7faf2000']],
    log: dataAbort('Unhandled data write at 0x7faf1004(4)'),
    title: /./,
    rule: 'ivshmem-sections-gap',
    confidence: 'certain',
  },
  {
    name: 'C91 reset address without memory',
    cell: [['.flags = JAILHOUSE_CELL_PASSIVE_COMMREG,', '.flags = JAILHOUSE_CELL_PASSIVE_COMMREG,\n\t\t.cpu_reset_address = 0x40000000,']],
    log: `FATAL: instruction abort at 0x40000000\n\nFATAL: forbidden access (exception class 0x20)${parked(1, 'inmate-demo')}`,
    title: /starts where it has no memory/,
    line: '.cpu_reset_address = 0x40000000',
    confidence: 'certain',
  },
  {
    name: 'RAM that is no whole number of pages',
    cell: [['.size = 0x10000,', '.size = 0xff00,']],
    log: `FATAL: instruction abort at 0x0\n\nFATAL: forbidden access (exception class 0x20)\nCell state before exception:\n pc: 0000000000000000   lr: 0000000000000000 spsr: 000003c5     EL1\n sp: 0000000000000000  elr: 0000000000000000  esr: 20 1 0000006${parked(1, 'inmate-demo')}`,
    title: /./,
    rule: 'ram-not-page-aligned',
    confidence: 'certain',
  },
  {
    name: 'C3W Linux touches the RAM of a cell',
    log: dataAbort('Unhandled data read at 0x7fa00000(4)', 0, 'qemu-arm64'),
    title: /given to cell "inmate-demo"/,
    line: '.phys_start = 0x7fa00000',
    confidence: 'likely',
  },
  {
    name: 'C8J a physical device on the virtual host',
    cell: [['.type = JAILHOUSE_PCI_TYPE_IVSHMEM', '.type = JAILHOUSE_PCI_TYPE_DEVICE']],
    log: '\nFATAL: Unhandled HYP exception: synchronous abort from EL2\n pc: 0000ffffc0206ba0   lr: 0000ffffc0206b90 spsr: 600003c9     EL2\n',
    title: /./,
    rule: 'pci-device-is-root-ivshmem',
    confidence: 'likely',
  },
  {
    name: 'no PSCI firmware',
    log: '\nFATAL: Unhandled HYP exception: synchronous abort from EL2\n pc: 0000ffffc0206ba0   lr: 0000ffffc0206b90 spsr: 600003c9     EL2\n sp: 0000000000000000  elr: 0000000000000000  esr: 00 1 0000000\n x0: 0000000084000000   x1: 0000000000000000   x2: 0000000000000000\n',
    title: /firmware has no PSCI/,
    confidence: 'likely',
  },
  {
    name: 'the hypervisor memory is RAM of Linux',
    log: 'JAILHOUSE_ENABLE: Invalid argument\n[ 3.1] jailhouse: request_mem_region failed for hypervisor memory.\n[ 3.1] jailhouse: Did you reserve the memory with "memmap=" or "mem="?\n',
    title: /hypervisor memory is not reserved/,
    line: '.phys_start = 0x7fc00000',
    confidence: 'likely',
  },
];

describe('observed failures', () => {
  for (const one of cases) {
    test(one.name, () => {
      const system = new QemuSystem(one);
      const context = system.context(one.cell === undefined ? rootPath : cellPath);
      const explanations = logOf(one.log, context);
      expect(explanations).toHaveLength(1);
      const best = explanations[0]?.causes[0];
      expect(best?.title).toMatch(one.title);
      expect(best?.confidence).toBe(one.confidence);
      if (one.rule !== undefined) expect(best?.rule).toBe(one.rule);
      if (one.line !== undefined) expect(system.lineOf(best)).toContain(one.line);
    });
  }
});

describe('an error in words', () => {
  test('an error of the configs comes before what is known in general', () => {
    const system = new QemuSystem({ cell: [['.cpus = { 0b0010 }', '.cpus = { 0x100000 }']] });
    const [explanation] = errorOf('cell create: EBUSY', system.context(cellPath));
    expect(explanation).toMatchObject({ operation: 'create', errno: 'EBUSY' });
    expect(explanation?.causes[0]).toMatchObject({ rule: 'cell-cpu-not-in-root', confidence: 'likely' });
    expect(explanation?.causes.slice(1).every((cause) => cause.confidence === 'possible')).toBe(true);
  });

  test('a clean config leaves what only the board can tell', () => {
    const causes = errorOf('cell create: EBUSY', new QemuSystem().context(cellPath))[0]?.causes ?? [];
    expect(causes.map((cause) => cause.rule)).toEqual(causes.map(() => undefined));
    expect(causes.map((cause) => cause.title)).toContain('A CPU belongs to another cell');
  });

  test('a mistake of the cell is none of enable', () => {
    const system = new QemuSystem({ cell: [['.revision = JAILHOUSE_CONFIG_REVISION', '.revision = 13']] });
    const causes = errorOf('enable: Invalid argument', system.context(rootPath))[0]?.causes ?? [];
    expect(causes.filter((cause) => cause.rule === 'config-revision')).toEqual([]);
  });

  test('without configs the causes are known in general', () => {
    const [explanation] = errorOf('JAILHOUSE_CELL_LOAD: No such file or directory', { named: [], others: [] });
    expect(explanation).toMatchObject({ operation: 'load', errno: 'ENOENT' });
    expect(explanation?.causes[0]).toMatchObject({ title: 'There is no such cell', places: [] });
  });
});
