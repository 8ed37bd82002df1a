import { cpuNames } from '../config/cpu-list.ts';
import { pinsOf } from '../config/interrupt-pins.ts';
import { bdfName } from '../config/ivshmem.ts';
import type { Config } from '../config/model.ts';
import { cellName } from '../rules/wording.ts';
import { hex } from '../source/numbers.ts';
import type { Cause } from './explanation.ts';
import type { PciAccess } from './incident.ts';

/** A refused access to PCI configuration space or to an MSI-X table (pci.c, ivshmem.c). */
export function pciCauses(access: PciAccess, cell: Config, system: Config | undefined): readonly Cause[] {
  const name = bdfName(access.bdf);
  const device = cell.pciDevices.find((candidate) => candidate.bdf.value === access.bdf);
  if (access.what === 'msix') {
    return [
      {
        title: 'A null pointer in the guest',
        text: `The device ${name} signals by INTx, and the hypervisor then traps addresses 0x0-0x1ff of a cell without memory there: an access to them prints this message. pc and lr of the report name the place in the program.`,
        confidence: device?.numMsixVectors.value === 0 ? 'likely' : 'possible',
        places: device === undefined ? [] : [{ span: device.bdf.span, message: `${device.path} ${name}` }],
      },
      {
        title: 'The table was accessed in another way than 32 bits, aligned',
        text: 'Only such accesses to an MSI-X table are emulated, and its pending bits cannot be written.',
        confidence: 'possible',
        places: [],
      },
    ];
  }
  const causes: Cause[] = [];
  const endBus = system?.system?.pciMmconfigEndBus;
  const isVirtual = system?.system?.pciIsVirtual.value === 1;
  if (isVirtual && endBus !== undefined && endBus.value > 0 && access.bdf >> 8 > 0) {
    causes.push({
      title: 'pci_mmconfig_end_bus of a virtual host is not 0',
      text: `With ${endBus.value} the configuration space covers the registers of the virtual devices behind its first MiB, and an access to them is taken for one to bus ${access.bdf >> 8}. Set pci_mmconfig_end_bus to 0.`,
      confidence: 'certain',
      places: [{ span: endBus.span, message: `pci_mmconfig_end_bus ${endBus.value}` }],
      rule: 'mmconfig-end-bus',
    });
  }
  if (device === undefined) {
    const counter = cell.arrays.find((array) => array.kind === 'pci-devices')?.counter;
    causes.push({
      title: `${cellName(cell)} does not own the device ${name}`,
      text: `The guest wrote its configuration space${access.register === undefined ? '' : ` (register ${hex(access.register)})`}. Add the device to pci_devices, or keep the guest from it. Reads of foreign devices give all ones, so a guest that scans finds none: look whether num_pci_devices is right.`,
      confidence: causes.length > 0 ? 'possible' : 'likely',
      places: counter === undefined ? [] : [{ span: counter.span, message: `num_pci_devices ${counter.value}` }],
    });
  } else {
    const wide = (access.size ?? 0) > 4;
    const places = [{ span: device.bdf.span, message: `${device.path} ${name}` }];
    causes.push({
      title: wide ? 'The access is wider than 32 bits' : `Register ${hex(access.register ?? 0)} may not be written`,
      text: wide
        ? 'Configuration space is emulated for accesses of up to 4 bytes; the message says "write" for reads, too.'
        : 'The hypervisor lets a cell write the common registers, and those of capabilities that pci_caps lists with JAILHOUSE_PCICAPS_WRITE. Another cell that lists the same bdf as a physical device takes it away from this one (observed).',
      confidence: 'possible',
      places,
    });
  }
  return causes;
}

/** `Attempt to route IRQn outside of cell`: GICD_ITARGETSR or GICD_IROUTER with a CPU of another cell (gic-v2.c, gic-v3.c). */
export function routeCauses(intid: number, cell: Config): readonly Cause[] {
  const chip = cell.irqchips.find((candidate) => pinsOf(candidate).includes(intid));
  return [
    {
      title: 'The guest sends an interrupt to a CPU that it does not have',
      text: `It routed INTID ${intid} (SPI ${intid - 32}) to a CPU other than ${cpuNames(cell.cpus.value)} of ${cellName(cell)}. A guest with a fixed target CPU 0 needs CPU 0, or has to use the number of its own CPU.`,
      confidence: 'likely',
      places: [
        { span: cell.cpus.span, message: `${cpuNames(cell.cpus.value)} of ${cellName(cell)}` },
        ...(chip === undefined ? [] : [{ span: chip.span, message: `${chip.path} owns INTID ${intid}` }]),
      ],
    },
  ];
}
