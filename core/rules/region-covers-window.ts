import { type AddressWindow, overlaps, physRange, virtRange } from '../config/address-window.ts';
import { isCommRegion } from '../config/memory-flags.ts';
import type { Config, MemoryRegion } from '../config/model.ts';
import { cutRegion } from '../fixes/elements.ts';
import { removeField } from '../fixes/values.ts';
import type { Severity } from '../source/finding.ts';
import type { Reporter } from './rule.ts';
import { cellName, rangeText, regionByPhys, regionByVirt, whereBoth } from './wording.ts';

/** What a cell gets where one of its regions covers an intercepted window. */
export interface CoverEffect {
  readonly severity: Severity;
  /** Goes behind a colon: `the cell would reach ...`. */
  readonly text: string;
}

/**
 * Reports every region of `member` that covers `window`. The hypervisor intercepts by guest address, so that is what counts;
 * a region that only holds the same physical addresses is information (upstream's config check tests these).
 */
export function reportCoveringRegions(
  member: Config,
  window: AddressWindow,
  report: Reporter,
  effect: (region: MemoryRegion) => CoverEffect,
  /** Windows of the same kind: a fix leaves all of them out at once. */
  all: readonly AddressWindow[] = [window],
): void {
  for (const region of member.memoryRegions) {
    const related = [{ span: window.span, message: `${window.name} ${rangeText(window)}` }];
    if (overlaps(virtRange(region), window)) {
      const { severity, text } = effect(region);
      report({
        span: region.virtStart.span,
        severity,
        message: `${regionByVirt(region)} of ${cellName(member)} covers ${window.name} ${rangeText(window)}${whereBoth(virtRange(region), window)}: ${text}. Leave the window out of the region.`,
        related,
        fixes: () =>
          cutRegion(
            member,
            region,
            all.filter((other) => overlaps(virtRange(region), other)),
            'virt',
          ),
      });
    } else if (overlaps(physRange(region), window)) {
      report({
        span: region.physStart.span,
        severity: 'information',
        message: isCommRegion(region)
          ? `phys_start of the communication region ${regionByPhys(region)} lies in ${window.name}. The hypervisor ignores it; leave it out.`
          : `${regionByPhys(region)} of ${cellName(member)} holds ${window.name} ${rangeText(window)} at another guest address: the cell reaches it there without interception.`,
        related,
        ...(isCommRegion(region) && { fixes: () => removeField(member, region, region.physStart) }),
      });
    }
  }
}
