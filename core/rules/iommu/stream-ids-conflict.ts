import { hasIommu, hasOnlyIommu, iommuType } from '../../config/iommu-types.ts';
import type { Config, StreamId } from '../../config/model.ts';
import { hex } from '../../source/numbers.ts';
import type { CellRule, Reporter } from '../rule.ts';
import { cellName } from '../wording.ts';
import { matchContains, matchesOverlap, streamMatch } from './mmu500-stream.ts';

export const streamIdsConflict: CellRule = {
  id: 'stream-ids-conflict',
  title: 'Stream ids overlap',
  severity: 'error',
  scope: 'cell',
  arch: ['arm64'],
  catalogue: ['IOM-sid-overlap', 'IOM-sid-contained', 'IOM-pvu-busy'],
  prose: {
    meaning:
      'An entry of an MMU-500 stands for all stream ids that agree with `id` outside of the bits in `mask_out`. An entry of a cell may repeat one of the root cell; it must not overlap one in part. An entry inside a wider one is a warning. A virtual id of a PVU has one user.',
    onTheBoard:
      'Overlap in part, or a virtual id in use: `jailhouse enable` or `jailhouse cell create` fails with "Invalid argument" (smmu.c:arm_smmu_find_sme, ti-pvu.c). Inside a wider entry: that entry is narrowed, the root cell loses its other devices, and does not get them back.',
    remedy: 'List identical entries in the root cell and in the cell: cut the wide entry of the root cell into several.',
  },
  bad: '/* root */ { .mmu500.id = 0x860, .mmu500.mask_out = 0xf },\n/* cell */ { .mmu500.id = 0x868, .mmu500.mask_out = 0x1f },',
  good: '/* root and cell */ { .mmu500.id = 0x868, .mmu500.mask_out = 0x7 },',
  check(system, member, report) {
    if (hasIommu(system, iommuType.armMmu500)) checkMatches(system, member, report);
    if (member !== system && hasOnlyIommu(system, iommuType.pvu)) checkVirtualIds(system, member, report);
  },
};

/** Entries compared at most: an MMU-500 has 128 registers for them (Arm MMU-500 TRM), so a config with more is wrong as a whole. */
const maxCompared = 1024;

function checkMatches(system: Config, member: Config, report: Reporter): void {
  const earlier: { readonly stream: StreamId; readonly owner: Config }[] =
    member === system ? [] : system.streamIds.slice(0, maxCompared).map((stream) => ({ stream, owner: system }));
  for (const stream of member.streamIds.slice(0, maxCompared)) {
    const match = streamMatch(stream);
    const clash = earlier.find((other) => matchesOverlap(match, streamMatch(other.stream)));
    earlier.push({ stream, owner: member });
    if (clash === undefined) continue;
    const other = streamMatch(clash.stream);
    if (other.id === match.id && other.mask === match.mask) continue;
    const isInside = matchContains(other, match);
    const names = `${stream.path} (id ${hex(match.id)}, mask ${hex(match.mask)}) and ${clash.stream.path} of ${cellName(clash.owner)} (id ${hex(other.id)}, mask ${hex(other.mask)})`;
    report({
      span: stream.id.span,
      severity: isInside ? 'warning' : 'error',
      message: isInside
        ? `${names} match the same streams, and the former narrows the latter: its other devices could no longer reach memory. List identical entries.`
        : `${names} overlap in part: ${member === system ? 'jailhouse enable' : 'jailhouse cell create'} would answer "Invalid argument". List identical entries, or ones that share no stream.`,
      related: [{ span: clash.stream.id.span, message: `${clash.stream.path} of ${cellName(clash.owner)}` }],
    });
  }
}

function checkVirtualIds(system: Config, member: Config, report: Reporter): void {
  for (const stream of member.streamIds) {
    const other = system.streamIds.find(({ id }) => id.value === stream.id.value && id.value <= 7);
    if (other === undefined) continue;
    report({
      span: stream.id.span,
      message: `The root cell uses virtual id ${stream.id.value} of the PVU already: jailhouse cell create would answer "Invalid argument". Give the devices of the cell another id.`,
      related: [{ span: other.id.span, message: `${other.path} of the root cell` }],
    });
  }
}
