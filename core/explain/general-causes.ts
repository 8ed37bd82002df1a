import type { ErrnoName } from './errno.ts';
import type { GeneralCause } from './message-kind.ts';
import type { Operation } from './operation.ts';

const notEnabled: GeneralCause = {
  title: 'The hypervisor is not enabled',
  text: 'cat /sys/devices/jailhouse/enabled says 0: run jailhouse enable first, and look whether it failed.',
};
const noSuchCell: GeneralCause = {
  title: 'There is no such cell',
  text: 'Compare the name with jailhouse cell list. A name of digits is taken for a number; jailhouse cell create exits with 0 and makes no cell when .architecture is wrong (dmesg tells).',
};
const refused: GeneralCause = {
  title: 'A running cell refuses',
  text: 'The guest answered "denied", or is in state running/locked. Stop it, or set JAILHOUSE_CELL_PASSIVE_COMMREG for a guest that does not speak the protocol.',
  points: 'reply-timeout',
};
const rootCell: GeneralCause = { title: 'The root cell was named', text: 'Cell 0 cannot be loaded, started, shut down or destroyed.' };

type Table = Partial<Readonly<Record<ErrnoName, readonly GeneralCause[]>>>;

/**
 * What each operation's error means when nothing more is known, most likely first. Sources: driver/main.c, driver/cell.c,
 * hypervisor/setup.c, hypervisor/control.c, and what was observed on Linux 6.1 with QEMU arm64.
 */
const table: Readonly<Record<Operation, Table>> = {
  enable: {
    EINVAL: [
      {
        title: 'The header was refused',
        text: 'Signature, revision or architecture: the kernel log then names which (dmesg | tail).',
        points: 'revision',
      },
      {
        title: 'The hypervisor memory is not reserved',
        text: 'The kernel log says "request_mem_region failed". Reserve the range with no-map in the board\'s device tree.',
        points: 'hypervisor-memory',
      },
      {
        title: 'The CPU set is not that of the board',
        text: 'Every online CPU has to be in the CPU set of the root cell and each CPU of the set has to be online: compare with /sys/devices/system/cpu/online.',
        points: 'cpus',
      },
      {
        title: 'The firmware does not fit into the hypervisor memory',
        text: 'Image, CPUs and config need more than its size; or /lib/firmware/jailhouse.bin is no Jailhouse image. No message tells.',
        points: 'hypervisor-memory',
      },
      { title: 'The config file is truncated', text: 'Compare its size on the board with that of the build.' },
    ],
    ENOENT: [
      {
        title: 'The firmware is missing',
        text: 'Copy jailhouse.bin (x86: jailhouse-intel.bin or jailhouse-amd.bin) of the same build as the module to /lib/firmware.',
      },
    ],
    EBUSY: [
      { title: 'Already enabled', text: 'cat /sys/devices/jailhouse/enabled says 1: run jailhouse disable first.', confidence: 'likely' },
      {
        title: 'Linux uses the IOMMU or KVM',
        text: 'Boot without them (iommu=off, intel_iommu=off), unload kvm modules.',
        points: 'iommu',
      },
      {
        checked: true,
        title: 'Two ivshmem devices with one id',
        text: 'Each peer of a link needs its own shmem_dev_id.',
        points: 'ivshmem',
      },
    ],
    ENODEV: [
      {
        title: 'gic_version or a GIC address does not fit the board',
        text: "Compare them with the interrupt controller in the board's device tree.",
        points: 'gic',
      },
      { title: 'The kernel does not run at EL2', text: 'The firmware has to enter it in EL2 (HYP); x86 needs VT-x or SVM switched on.' },
    ],
    ENOMEM: [
      {
        title: 'The page pool is too small',
        text: 'Give hypervisor_memory 4 MiB, more for many CPUs or regions.',
        points: 'hypervisor-memory',
      },
      {
        checked: true,
        title: 'Counters make the hypervisor read nonsense',
        text: 'A counter too large turns the bytes behind an array into regions (observed with num_cache_regions and num_pio_regions).',
      },
      {
        title: 'The PCI configuration window is no memory',
        text: 'pci_mmconfig_base and end bus need a real or a virtual window.',
        points: 'mmconfig',
      },
    ],
    EIO: [
      {
        title: 'The GIC or SMMU works in another way',
        text: 'Affinity routing, SDEI or SMMU capabilities are not as needed: look at the last "Initializing unit" line.',
        points: 'gic',
      },
    ],
    EFAULT: [{ title: 'The file is too short', text: 'It has fewer bytes than a system header: copy it again.' }],
    EPERM: [{ title: 'SVM is locked', text: 'Switch it on in the firmware setup (x86).' }],
    ERANGE: [{ title: 'APIC ids are too high', text: 'Use x2APIC mode (x86).', points: 'cpus' }],
    E2BIG: [{ title: 'Too many interrupts', text: 'Raise vtd_interrupt_limit in the platform info (x86).' }],
  },
  create: {
    EINVAL: [
      notEnabled,
      {
        title: 'The header was refused',
        text: 'Signature or revision: the kernel log then names which (dmesg | tail).',
        points: 'revision',
      },
      {
        checked: true,
        title: 'An ivshmem device, pin_base or stream id is out of range',
        text: 'The console names the source file when the hypervisor is built with CONFIG_TRACE_ERROR.',
        points: 'ivshmem',
      },
      { checked: true, title: 'CPU 0 on x86', text: 'It stays with the root cell.' },
    ],
    EEXIST: [
      {
        title: 'A cell of this name exists',
        text: 'jailhouse cell list shows it. Destroy it first; jailhouse cell linux ignores this error and goes on with the old cell and its old config.',
        confidence: 'likely',
      },
    ],
    EBUSY: [
      { title: 'A CPU belongs to another cell', text: 'jailhouse cell list shows who has which.', points: 'cell-cpus' },
      { title: 'An ivshmem id is taken', text: 'Another cell (or the root cell) has the same bdf and shmem_dev_id.', points: 'ivshmem' },
      {
        title: 'Linux cannot give up the CPU',
        text: 'It is its last one, or pinned by the process that runs the command.',
        points: 'cell-cpus',
      },
    ],
    EPERM: [refused],
    ENOMEM: [
      {
        title: 'The page pool is too small',
        text: '/sys/devices/jailhouse/mem_pool_used against mem_pool_size. Give hypervisor_memory more.',
        points: 'hypervisor-memory',
      },
      {
        checked: true,
        title: 'Counters make the hypervisor read nonsense',
        text: 'Observed with num_memory_regions 0 while the array is filled.',
      },
    ],
    E2BIG: [
      { checked: true, title: 'The config is larger than 64 KiB', text: 'Or its counters announce that.' },
      { title: 'The cell id is above 255', text: 'Leave id out.' },
    ],
    EOPNOTSUPP: [
      {
        title: 'Linux cannot take a CPU offline',
        text: 'CPU hotplug needs PSCI firmware (Raspberry Pi 4: TF-A as armstub, armstub=bl31.bin).',
        points: 'cell-cpus',
      },
    ],
    ENOENT: [{ title: 'The config file is not there', text: 'It is looked for on the board, relative to the folder of the command.' }],
  },
  load: {
    ENOENT: [noSuchCell],
    EINVAL: [
      {
        title: 'The image does not fit a loadable region',
        text: 'The first region that holds the address (-a, default 0, as the cell sees it) needs LOADABLE and WRITE and has to hold the whole image.',
        points: 'cell-ram',
      },
      notEnabled,
      rootCell,
    ],
    EPERM: [refused],
    EBUSY: [
      {
        title: 'Linux cannot map the memory of the cell',
        text: 'It is not reserved with no-map; dmesg names the address.',
        points: 'cell-ram',
      },
    ],
    EFAULT: [{ title: 'The image could not be read', text: 'Copy it to the board again.' }],
  },
  start: { ENOENT: [noSuchCell], EINVAL: [notEnabled, rootCell], EPERM: [refused] },
  shutdown: { ENOENT: [noSuchCell], EINVAL: [notEnabled, rootCell], EPERM: [refused] },
  destroy: { ENOENT: [noSuchCell], EINVAL: [notEnabled, rootCell], EPERM: [refused] },
  disable: {
    EINVAL: [notEnabled],
    EBUSY: [
      {
        title: 'CPUs of the root cell are offline',
        text: 'Bring all CPUs online (/sys/devices/system/cpu/cpuN/online), then disable again. The cells are gone already.',
        confidence: 'likely',
      },
    ],
    EPERM: [refused],
  },
  linux: {
    EINVAL: [
      notEnabled,
      {
        title: 'An image does not fit a loadable region',
        text: 'Loader, kernel, initrd or device tree end behind their region, or the region lacks LOADABLE or WRITE. The size of the initrd is not checked by the tool.',
        points: 'cell-ram',
      },
      { title: 'The cell config was refused', text: 'See jailhouse cell create; dmesg names the reason.' },
    ],
    ENOENT: [{ title: 'The module is not loaded', text: 'There is no /dev/jailhouse: modprobe jailhouse.' }],
    EBUSY: [
      { title: 'CPUs or ivshmem ids are taken', text: 'By another cell: jailhouse cell list.', points: 'cell-cpus' },
      {
        title: 'Linux cannot map the memory of the cell',
        text: 'It is not reserved with no-map; dmesg names the address.',
        points: 'cell-ram',
      },
    ],
    EPERM: [refused],
    ENOMEM: [{ title: 'The page pool is too small', text: 'Give hypervisor_memory more.', points: 'hypervisor-memory' }],
  },
  console: {
    EPERM: [
      {
        title: 'The system config has no virtual debug console',
        text: 'Set JAILHOUSE_SYS_VIRTUAL_DEBUG_CONSOLE in its flags.',
        points: 'system-flags',
        confidence: 'likely',
      },
    ],
    EAGAIN: [{ title: 'Never enabled', text: 'There is a log only after jailhouse enable.', confidence: 'likely' }],
  },
};

export function generalCauses(operation: Operation, errno: ErrnoName): readonly GeneralCause[] {
  return table[operation][errno] ?? [];
}

/** Operations that are known to return this error. */
export function operationsWith(errno: ErrnoName): readonly Operation[] {
  return (Object.keys(table) as Operation[]).filter((operation) => table[operation][errno] !== undefined);
}
