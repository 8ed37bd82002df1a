import { cpuNames } from '../config/cpu-list.ts';
import { ivshmemDevices } from '../config/ivshmem.ts';
import { hasFlag, isCommRegion, isEmpty } from '../config/memory-flags.ts';
import type { Config, Field } from '../config/model.ts';
import { cellName, regionByPhys, regionByVirt } from '../rules/wording.ts';
import type { RelatedPlace } from '../source/finding.ts';
import { addressRange, hex, humanSize } from '../source/numbers.ts';
import { cellsOf, type ExplainContext, systemOf } from './context.ts';
import type { ConfigPart } from './message-kind.ts';
import type { Operation } from './operation.ts';

/** Places shown for one part: of ten cells nobody reads them all. */
const maxPlaces = 6;

/** Where the configs at hand give this part, those that the user named first, with its value in the message. */
export function placesOf(part: ConfigPart, context: ExplainContext, operation?: Operation): readonly RelatedPlace[] {
  const named = new Set(context.named.map((report) => report.path));
  const places = allPlaces(part, context, operation);
  const own = places.filter((place) => named.has(place.span.file));
  return [...own, ...places.filter((place) => !own.includes(place))].slice(0, maxPlaces);
}

function allPlaces(part: ConfigPart, context: ExplainContext, operation: Operation | undefined): readonly RelatedPlace[] {
  const system = systemOf(context);
  const cells = cellsOf(context);
  const members = [...(system === undefined ? [] : [system]), ...cells];
  // The header that counts is that of the file given to the command.
  const given = operation === undefined ? members : members.filter((config) => (config.system !== undefined) === (operation === 'enable'));
  const header = system?.system;
  const console = header?.debugConsole;
  switch (part) {
    case 'architecture':
      return given.flatMap((config) => value((config.system ?? config.cell).architecture, 'architecture', config));
    case 'signature':
      return given.flatMap((config) => value((config.system ?? config.cell).signature, 'signature', config));
    case 'revision':
      return given.flatMap((config) => value((config.system ?? config.cell).revision, 'revision', config));
    case 'cpus':
      return system === undefined ? [] : [{ span: system.cpus.span, message: `${cpuNames(system.cpus.value)} of ${cellName(system)}` }];
    case 'cell-cpus':
      return members.map((config) => ({ span: config.cpus.span, message: `${cpuNames(config.cpus.value)} of ${cellName(config)}` }));
    case 'gic':
      return header?.gic === undefined || system === undefined
        ? []
        : [...value(header.gic.gicVersion, 'gic_version', system), ...value(header.gic.gicdBase, 'gicd_base', system)];
    case 'hypervisor-memory':
      if (header === undefined) return [];
      return [
        {
          span: header.hypervisorMemory.physStart.span,
          message: `hypervisor memory ${addressRange(header.hypervisorMemory.physStart.value, header.hypervisorMemory.size.value)}`,
        },
      ];
    case 'debug-console':
      if (console === undefined) return [];
      return [{ span: console.address.span, message: `debug_console at ${hex(console.address.value)}, ${humanSize(console.size.value)}` }];
    case 'mmconfig':
      return system === undefined ? [] : value(header?.pciMmconfigBase, 'pci_mmconfig_base', system);
    case 'pci-domain':
      return system === undefined ? [] : value(header?.pciDomain, 'pci_domain', system);
    case 'system-flags':
      return system === undefined ? [] : value(header?.flags, 'flags', system);
    case 'iommu':
      return (header?.iommuUnits ?? []).filter((unit) => unit.base.value !== 0n).map((unit) => at(unit.base, unit.path));
    case 'cell-ram':
      return cells.flatMap((cell) => ramOf(cell));
    case 'reply-timeout':
      return cells.flatMap((cell) => [
        ...value(cell.cell.flags, 'flags', cell),
        ...value(cell.cell.msgReplyTimeout, 'msg_reply_timeout', cell),
      ]);
    case 'pci-devices':
      return members.flatMap((config) => config.pciDevices.map((device) => at(device.bdf, `${device.path} of ${cellName(config)}`)));
    case 'ivshmem':
      return members.flatMap((config) =>
        ivshmemDevices(config).map((device) => ({
          span: device.shmemDevId.span,
          message: `${device.path} of ${cellName(config)}: bdf ${hex(device.bdf.value)}, shmem_dev_id ${device.shmemDevId.value}, regions from ${device.shmemRegionsStart.value}, ${device.shmemPeers.value} peers`,
        })),
      );
    case 'irqchips':
      return members.flatMap((config) =>
        config.irqchips.map((chip) => at(chip.pinBase, `pin_base ${chip.pinBase.value} of ${cellName(config)}`)),
      );
  }
}

function ramOf(cell: Config): readonly RelatedPlace[] {
  return cell.memoryRegions
    .filter((region) => !isEmpty(region) && !isCommRegion(region) && (hasFlag(region, 'LOADABLE') || hasFlag(region, 'EXECUTE')))
    .map((region) => ({
      span: region.flags.span,
      message: `${regionByVirt(region)} of ${cellName(cell)}${region.physStart.value === region.virtStart.value ? '' : `, at ${regionByPhys(region).split(' ')[1]} in physical memory`}`,
    }));
}

function at(field: Field<unknown>, message: string): RelatedPlace {
  return { span: field.span, message };
}

function value(field: Field<unknown> | undefined, name: string, config: Config): readonly RelatedPlace[] {
  if (field === undefined) return [];
  const text =
    typeof field.value === 'bigint'
      ? hex(field.value)
      : typeof field.value === 'string'
        ? JSON.stringify(field.value)
        : String(field.value);
  return [{ span: field.span, message: `${name} ${field.explicit ? text : 'is not given'} in ${cellName(config)}` }];
}
