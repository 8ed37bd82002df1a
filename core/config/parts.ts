import type {
  Architecture,
  CacheRegion,
  CellDescriptor,
  Console,
  Gic,
  IommuUnit,
  Irqchip,
  MemoryRegion,
  PciCapability,
  PciDevice,
  PioRange,
  StreamId,
  SystemHeader,
  X86Platform,
} from './model.ts';
import type { StructView } from './view.ts';

/** The model's parts, read off views. Names are those of cell-config.h; what a revision lacks is undefined. */

interface Common {
  readonly span: StructView['span'];
  readonly text: StructView['typed'];
  readonly explicit: boolean;
  readonly path: string;
}

function common(view: StructView): Common {
  return { span: view.span, text: view.typed, explicit: view.explicit, path: view.path };
}

export function memoryRegion(view: StructView, index: number): MemoryRegion {
  return {
    ...common(view),
    index,
    physStart: view.big('phys_start'),
    virtStart: view.big('virt_start'),
    size: view.big('size'),
    flags: view.big('flags'),
  };
}

export function cacheRegion(view: StructView, index: number): CacheRegion {
  return {
    ...common(view),
    index,
    start: view.number('start'),
    size: view.number('size'),
    type: view.number('type'),
    flags: view.number('flags'),
  };
}

export function irqchip(view: StructView, index: number): Irqchip {
  return {
    ...common(view),
    index,
    address: view.big('address'),
    id: view.number('id'),
    pinBase: view.number('pin_base'),
    pinBitmap: view.numbers('pin_bitmap'),
  };
}

export function pioRange(view: StructView, index: number): PioRange {
  return { ...common(view), index, base: view.number('base'), length: view.number('length') };
}

export function pciDevice(view: StructView, index: number): PciDevice {
  return {
    ...common(view),
    index,
    type: view.number('type'),
    iommu: view.number('iommu'),
    domain: view.number('domain'),
    bdf: view.number('bdf'),
    barMask: view.numbers('bar_mask'),
    capsStart: view.number('caps_start'),
    numCaps: view.number('num_caps'),
    numMsiVectors: view.number('num_msi_vectors'),
    numMsixVectors: view.number('num_msix_vectors'),
    msixRegionSize: view.number('msix_region_size'),
    msixAddress: view.big('msix_address'),
    shmemProtocol: view.number('shmem_protocol'),
    shmemRegionsStart: view.optionalNumber('shmem_regions_start'),
    shmemDevId: view.optionalNumber('shmem_dev_id'),
    shmemPeers: view.optionalNumber('shmem_peers'),
    shmemRegion: view.optionalNumber('shmem_region'),
  };
}

export function pciCapability(view: StructView, index: number): PciCapability {
  return {
    ...common(view),
    index,
    id: view.number('id'),
    start: view.number('start'),
    length: view.number('len'),
    flags: view.number('flags'),
  };
}

export function streamId(view: StructView, index: number): StreamId {
  return { ...common(view), index, id: view.number('id') };
}

function iommuUnit(view: StructView, index: number): IommuUnit {
  return { ...common(view), index, type: view.optionalNumber('type'), base: view.big('base'), size: view.number('size') };
}

/** Undefined where the console is not laid out as in revision 10 and later. */
function console(view: StructView | undefined): Console | undefined {
  if (!view?.has('type') || !view.has('flags')) return undefined;
  return {
    ...common(view),
    address: view.big('address'),
    size: view.number('size'),
    type: view.number('type'),
    flags: view.number('flags'),
    divider: view.number('divider'),
    gateNr: view.number('gate_nr'),
    clockReg: view.big('clock_reg'),
  };
}

export function cellDescriptor(view: StructView): CellDescriptor {
  return {
    ...common(view),
    signature: view.text('signature'),
    architecture: view.optionalNumber('architecture'),
    revision: view.number('revision'),
    name: view.text('name'),
    id: view.number('id'),
    flags: view.number('flags'),
    vpciIrqBase: view.number('vpci_irq_base'),
    cpuResetAddress: view.optionalBig('cpu_reset_address'),
    msgReplyTimeout: view.optionalBig('msg_reply_timeout'),
    console: console(view.optionalStruct('console')),
  };
}

/** The platform's last part is a union of what the architectures need: only the config's own member means anything. */
export function systemHeader(view: StructView, arch: Architecture): SystemHeader {
  const platform = view.struct('platform_info');
  const own = platform.optionalStruct(arch === 'x86' ? 'x86' : 'arm');
  // Before revision 13 each architecture had its own units, first x86 alone.
  const holder = platform.has('iommu_units') ? platform : own?.has('iommu_units') ? own : undefined;
  return {
    ...common(view),
    signature: view.text('signature'),
    architecture: view.optionalNumber('architecture'),
    revision: view.number('revision'),
    flags: view.optionalNumber('flags'),
    hypervisorMemory: memoryRegion(view.struct('hypervisor_memory'), 0),
    debugConsole: console(view.optionalStruct('debug_console')),
    pciMmconfigBase: platform.big('pci_mmconfig_base'),
    pciMmconfigEndBus: platform.number('pci_mmconfig_end_bus'),
    pciIsVirtual: platform.number('pci_is_virtual'),
    pciDomain: platform.optionalNumber('pci_domain'),
    iommuUnits: (holder?.structs('iommu_units') ?? []).map(iommuUnit),
    gic: arch === 'x86' ? undefined : gic(own),
    x86: arch === 'x86' && own ? x86Platform(own) : undefined,
  };
}

function gic(view: StructView | undefined): Gic | undefined {
  if (!view) return undefined;
  return {
    ...common(view),
    maintenanceIrq: view.number('maintenance_irq'),
    gicVersion: view.optionalNumber('gic_version'),
    gicdBase: view.big('gicd_base'),
    giccBase: view.big('gicc_base'),
    gichBase: view.big('gich_base'),
    gicvBase: view.big('gicv_base'),
    gicrBase: view.big('gicr_base'),
  };
}

function x86Platform(view: StructView): X86Platform {
  return {
    ...common(view),
    pmTimerAddress: view.number('pm_timer_address'),
    apicMode: view.optionalNumber('apic_mode'),
    vtdInterruptLimit: view.optionalNumber('vtd_interrupt_limit'),
  };
}
