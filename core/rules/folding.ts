import type { Config } from '../config/model.ts';
import type { Finding, RelatedPlace, Severity } from '../source/finding.ts';
import type { Span } from '../source/span.ts';

/** What two findings have to share for one to follow from the other. */
type Common =
  /** A place of each lies in the same memory region. */
  | 'region'
  /** A place of each lies in the same PCI device. */
  | 'device'
  /** They are about the same config. */
  | 'config'
  /** They are about the same system: the cause may stand in the system config, the other in a cell. */
  | 'system';

interface Following {
  /** Rules whose findings follow. */
  readonly rules: readonly string[];
  /** The rule that has the word then. */
  readonly from: string;
  readonly within: Common;
}

const overlaps = ['regions-overlap-virtually', 'regions-overlap-physically'];
const covers = ['region-covers-mmconfig', 'region-covers-bar-window', 'region-covers-gic', 'region-covers-iommu', 'region-covers-apic'];

/** What follows from what. A finding is folded only under one that is at least as grave. */
const followings: readonly Following[] = [
  // The window is 1 MiB per bus: with buses that do not exist it reaches over all that stands behind it.
  {
    rules: ['region-covers-mmconfig', 'region-covers-bar-window', 'mmconfig-overlaps-hypervisor'],
    from: 'mmconfig-end-bus',
    within: 'system',
  },
  // The BAR window stands right behind the configuration window: one move mends both.
  { rules: ['region-covers-bar-window'], from: 'region-covers-mmconfig', within: 'region' },
  // A window over a device lies in the region that holds the device: one move mends both.
  { rules: ['region-covers-mmconfig', 'region-covers-bar-window'], from: 'pci-window-over-device', within: 'system' },
  // Linux passes over reservations that are written wrongly: then all the memory that they were for is its own.
  {
    rules: ['hypervisor-memory-not-reserved', 'cell-memory-not-reserved', 'ivshmem-memory-not-reserved', 'root-ram-missing'],
    from: 'reservation-cells',
    within: 'system',
  },
  { rules: ['mem-parameter-instead-of-reservation'], from: 'hypervisor-memory-not-reserved', within: 'system' },
  { rules: ['device-region-without-io'], from: 'console-region-without-io', within: 'region' },
  // What a section needs is said by the link.
  { rules: ['region-without-access', 'region-write-only'], from: 'ivshmem-section-access', within: 'region' },
  // A region that runs past the end of all addresses runs over everything.
  { rules: [...overlaps, ...covers, 'region-overlaps-hypervisor'], from: 'region-wraps', within: 'region' },
  // RAM at a foreign guest address lies over what belongs there.
  { rules: ['regions-overlap-virtually'], from: 'root-region-not-identity', within: 'region' },
  // A cell that takes every CPU shares them with every other cell.
  { rules: ['cells-share-cpus', 'cells-starve-root'], from: 'cell-takes-all-cpus', within: 'config' },
  { rules: ['pci-device-on-virtual-host', 'pci-device-is-root-ivshmem'], from: 'pci-device-type', within: 'device' },
  // The firmware moved all devices at once.
  {
    rules: ['gic-address-differs', 'root-ram-missing', 'pci-window-in-ram', 'region-io-on-ram'],
    from: 'firmware-high-peripherals',
    within: 'system',
  },
  // What stands at an address that was never meant does not matter.
  { rules: ['console-region-without-io'], from: 'bus-address-used', within: 'config' },
  { rules: ['region-io-on-ram', 'region-io-differs'], from: 'bus-address-used', within: 'region' },
  { rules: ['region-covers-gic'], from: 'bus-address-used', within: 'system' },
  { rules: ['region-covers-gic'], from: 'gic-address-differs', within: 'system' },
  // Each version has addresses of its own.
  { rules: ['gic-base-missing', 'region-covers-gic'], from: 'gic-version-differs', within: 'system' },
  // The reservation is what is missing, whatever was tried instead.
  { rules: ['mem-parameter-instead-of-reservation'], from: 'hypervisor-memory-not-reserved', within: 'config' },
];

/**
 * Rules that say the same of one place for each of several windows, or for each region that one macro writes: the gravest has
 * the word.
 */
const toldOncePerPlace: ReadonlySet<string> = new Set([...covers, 'ivshmem-section-access']);

/** How many findings a finding stands for: those of one place that were told as one count each. */
export function weightOf({ rule, related }: Finding): number {
  return toldOncePerPlace.has(rule) ? Math.max(1, related.filter(({ message }) => !message.includes(followsText)).length) : 1;
}

const followsText = ' follows from this: ';

const order: readonly Severity[] = ['error', 'warning', 'information', 'hint'];
const rank = (finding: Finding): number => order.indexOf(finding.severity);

/**
 * One mistake, one finding: what follows from another finding becomes a related place of that one, or vanishes where the cause is
 * told of in another file (`elsewhere`: the findings of the system config, when those of a cell are folded).
 */
export function foldFindings(config: Config, findings: readonly Finding[], elsewhere: readonly Finding[] = []): readonly Finding[] {
  if (findings.length === 0) return findings;
  const merged = mergeSamePlace(findings);
  const present = new Set([...merged, ...elsewhere].map(({ rule }) => rule));
  const active = followings.filter(({ from, rules }) => present.has(from) && rules.some((rule) => present.has(rule)));
  if (active.length === 0) return merged;
  const parts = new Parts(config);
  const causeOf = new Map<Finding, Finding>();
  for (const { rules, from, within } of active) {
    const own = merged.filter(({ rule }) => rule === from);
    const causes = within === 'system' ? [...own, ...elsewhere.filter(({ rule }) => rule === from)] : own;
    const byPart = within === 'region' || within === 'device' ? parts.group(causes, within) : undefined;
    for (const finding of merged) {
      if (causeOf.has(finding) || !rules.includes(finding.rule)) continue;
      const near =
        byPart === undefined
          ? causes
          : parts.of(finding, within === 'device' ? 'device' : 'region').flatMap((part) => byPart.get(part) ?? []);
      const cause = near.find((candidate) => candidate !== finding && rank(candidate) <= rank(finding));
      if (cause !== undefined) causeOf.set(finding, cause);
    }
  }
  if (causeOf.size === 0) return merged;
  const added = new Map<Finding, Finding[]>();
  for (const finding of causeOf.keys()) {
    let cause = causeOf.get(finding) as Finding;
    for (let next = causeOf.get(cause); next !== undefined && next !== finding; next = causeOf.get(next)) cause = next;
    added.set(cause, [...(added.get(cause) ?? []), finding]);
  }
  return merged.flatMap((finding) => {
    if (causeOf.has(finding)) return [];
    const followers = added.get(finding);
    return followers === undefined ? [finding] : [withRelated(finding, followers)];
  });
}

function mergeSamePlace(findings: readonly Finding[]): readonly Finding[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (!toldOncePerPlace.has(finding.rule)) continue;
    const key = `${finding.rule} ${finding.span.file} ${finding.span.start} ${finding.span.end}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  if (groups.size === 0) return findings;
  const replaced = new Map<Finding, Finding | undefined>();
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    const first = group.reduce((gravest, finding) => (rank(finding) < rank(gravest) ? finding : gravest));
    for (const finding of group) replaced.set(finding, undefined);
    // The others' culprits are what differs.
    const told = new Set(first.related.map((place) => JSON.stringify(place)));
    const related = group.flatMap((finding) => finding.related).filter((place) => !told.has(JSON.stringify(place)));
    replaced.set(first, copy(first, [...first.related, ...related]));
  }
  return findings.flatMap((finding) => (replaced.has(finding) ? (replaced.get(finding) ?? []) : finding));
}

function withRelated(finding: Finding, followers: readonly Finding[]): Finding {
  const related: RelatedPlace[] = followers.map(({ span, message, rule }) => ({ span, message: `${rule}${followsText}${message}` }));
  return copy(finding, [...finding.related, ...related]);
}

/** Fixes stay as lazy as they were. */
function copy(finding: Finding, related: readonly RelatedPlace[]): Finding {
  return Object.create(Object.getPrototypeOf(finding) as object, {
    ...Object.getOwnPropertyDescriptors(finding),
    related: { value: related, enumerable: true },
  }) as Finding;
}

/** Which region or device a place belongs to. */
class Parts {
  private readonly sorted = new Map<'region' | 'device', readonly { readonly span: Span; readonly part: number }[]>();

  constructor(private readonly config: Config) {}

  /** The regions or devices that a finding points into, itself or by its related places. */
  of(finding: Finding, kind: 'region' | 'device'): readonly number[] {
    const parts = new Set<number>();
    for (const { span } of [finding, ...finding.related]) {
      const part = this.at(span, kind);
      if (part !== undefined) parts.add(part);
    }
    return [...parts];
  }

  group(findings: readonly Finding[], kind: 'region' | 'device'): ReadonlyMap<number, readonly Finding[]> {
    const groups = new Map<number, Finding[]>();
    for (const finding of findings) {
      const part = this.at(finding.span, kind);
      if (part !== undefined) groups.set(part, [...(groups.get(part) ?? []), finding]);
    }
    return groups;
  }

  private at(span: Span, kind: 'region' | 'device'): number | undefined {
    let sorted = this.sorted.get(kind);
    if (sorted === undefined) {
      const elements = kind === 'region' ? this.config.memoryRegions : this.config.pciDevices;
      sorted = elements
        .map((element) => ({ span: element.span, part: element.index }))
        .filter((entry) => entry.span.file === this.config.path)
        .sort((a, b) => a.span.start - b.span.start);
      this.sorted.set(kind, sorted);
    }
    if (span.file !== this.config.path) return undefined;
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle]?.span.start ?? 0) <= span.start) low = middle + 1;
      else high = middle;
    }
    const entry = sorted[low - 1];
    return entry !== undefined && span.end <= entry.span.end ? entry.part : undefined;
  }
}
