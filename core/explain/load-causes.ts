import { overlaps, virtRange } from '../config/address-window.ts';
import { hasFlag, isCommRegion, isEmpty, isSubPage, type memoryFlags } from '../config/memory-flags.ts';
import type { Config, MemoryRegion } from '../config/model.ts';
import { cellName, regionByVirt } from '../rules/wording.ts';
import type { RelatedPlace } from '../source/finding.ts';
import { hex } from '../source/numbers.ts';
import type { Cause } from './explanation.ts';

/**
 * Why `cell load` refuses an image: the first region that holds its address decides, and needs LOADABLE and WRITE
 * (driver/cell.c:load_image).
 */
export function loadCauses(cells: readonly Config[]): readonly Cause[] {
  return cells.flatMap((cell) => {
    const loadable = cell.memoryRegions.filter((region) => hasFlag(region, 'LOADABLE') && !isEmpty(region));
    if (loadable.length === 0) {
      return [
        {
          title: `${cellName(cell)} has no loadable region`,
          text: 'No image can be loaded: add JAILHOUSE_MEM_LOADABLE to the flags of its RAM.',
          confidence: 'certain' as const,
          places: ramPlaces(cell),
        },
      ];
    }
    const causes: Cause[] = [];
    for (const region of loadable) {
      if (!hasFlag(region, 'WRITE')) {
        causes.push({
          title: 'A loadable region lacks WRITE',
          text: `${regionByVirt(region)} of ${cellName(cell)} is LOADABLE without JAILHOUSE_MEM_WRITE, so that the driver refuses to load into it. Add WRITE.`,
          confidence: 'certain',
          places: [{ span: region.flags.span, message: `flags of ${regionByVirt(region)}` }],
        });
      }
      const hidden = cell.memoryRegions.find((earlier) => earlier.index < region.index && overlaps(virtRange(earlier), virtRange(region)));
      if (hidden !== undefined && !hasFlag(hidden, 'LOADABLE')) {
        causes.push({
          title: 'Another region comes first',
          text: `${regionByVirt(hidden)} stands before ${regionByVirt(region)}, overlaps it and is not LOADABLE; the first region that holds the address decides. Reorder or separate them.`,
          confidence: 'certain',
          places: [
            { span: hidden.virtStart.span, message: regionByVirt(hidden) },
            { span: region.virtStart.span, message: regionByVirt(region) },
          ],
        });
      }
    }
    if (!loadable.some((region) => region.virtStart.value === 0n)) {
      causes.push({
        title: 'No loadable region at 0',
        text: `Without -a an image goes to address 0, where ${cellName(cell)} has no loadable region. Give the address: -a ${hex(loadable[0]?.virtStart.value ?? 0n)}.`,
        confidence: 'likely',
        places: loadable.slice(0, 3).map((region) => ({ span: region.virtStart.span, message: regionByVirt(region) })),
      });
    }
    return causes;
  });
}

/** Why `jailhouse cell linux` takes none of the regions for RAM (pyjailhouse/config_parser.py: is_ram). */
export function linuxRamCauses(cells: readonly Config[]): readonly Cause[] {
  return cells.flatMap((cell) => {
    const candidates = cell.memoryRegions.filter((region) => !isEmpty(region) && !isCommRegion(region) && hasFlag(region, 'EXECUTE'));
    const isRam = (region: MemoryRegion) => missing(region).length + unwanted(region).length === 0;
    if (candidates.some((region) => isRam(region) && !isSubPage(region))) return [];
    return candidates.slice(0, 3).map((region) => {
      const lacks = missing(region).map((flag) => `lacks ${flag}`);
      const has = unwanted(region).map((flag) => `has ${flag}`);
      return {
        title: 'The region does not count as RAM for Linux',
        text: `${regionByVirt(region)} of ${cellName(cell)} ${[...lacks, ...has].join(' and ') || 'is no whole number of pages'}. RAM for Linux has READ, WRITE, EXECUTE, DMA and LOADABLE, without IO and ROOTSHARED.`,
        confidence: 'likely' as const,
        places: [{ span: region.flags.span, message: `flags of ${regionByVirt(region)}` }],
      };
    });
  });
}

function missing(region: MemoryRegion): readonly (keyof typeof memoryFlags)[] {
  return (['READ', 'WRITE', 'EXECUTE', 'DMA'] as const).filter((flag) => !hasFlag(region, flag));
}

function unwanted(region: MemoryRegion): readonly (keyof typeof memoryFlags)[] {
  return (['IO', 'ROOTSHARED'] as const).filter((flag) => hasFlag(region, flag));
}

function ramPlaces(cell: Config): readonly RelatedPlace[] {
  return cell.memoryRegions
    .filter((region) => hasFlag(region, 'EXECUTE') && !isEmpty(region))
    .slice(0, 3)
    .map((region) => ({ span: region.flags.span, message: `flags of ${regionByVirt(region)}` }));
}
