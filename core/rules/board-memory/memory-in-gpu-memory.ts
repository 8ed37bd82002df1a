import type { Board, FirmwareSetting } from '../../board/board.ts';
import { type AddressRange, type AddressWindow, intersection, overlaps } from '../../config/address-window.ts';
import type { Fix } from '../../source/finding.ts';
import type { Span } from '../../source/span.ts';
import type { BoardContext, BoardRule } from '../rule.ts';
import { variantsWhere } from '../variants.ts';
import { cellName, count, rangeText, sentenceStart } from '../wording.ts';
import { allClaims, hypervisorClaim, ivshmemClaims, ramClaims, virtualPciRange } from './claims.ts';
import { lowerGpuMemory, moveHypervisorMemory } from './gpu-fixes.ts';
import { moveWindowFixes } from './move-window.ts';

/** Something that lies in GPU memory. */
interface Taker {
  readonly name: string;
  readonly ranges: readonly AddressRange[];
  readonly span: Span;
  readonly move: () => readonly Fix[];
}

export const memoryInGpuMemory: BoardRule = {
  id: 'memory-in-gpu-memory',
  title: 'Memory of Jailhouse or of a cell in GPU memory',
  severity: 'error',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['BRD-gpu-mem', 'BRD-ram-exists'],
  prose: {
    meaning:
      'On a Raspberry Pi the GPU has the top of the first GiB: 76 MiB, or what `gpu_mem` in config.txt says (`gpu_mem_1024` counts before it). No device tree says so. Hypervisor memory, RAM of a cell, shared memory of a link and the virtual PCI window may not lie there. Where config.txt sets the size, its line gets a finding, too. RAM regions of the root cell may cover it.',
    onTheBoard:
      'The firmware of the GPU and the hypervisor or the cell write over each other: enable fails or the board freezes, the picture breaks, or Linux does not boot in the cell. Seen on a Raspberry Pi 4 with memory at 0x30000000; upstream moved its memory below 0x30000000 for that reason.',
    remedy:
      "Move the memory below the GPU's (for `gpu_mem=256` that is below 0x30000000), or lower `gpu_mem`; then reserve the memory, since Linux gets what the GPU leaves.",
  },
  bad: '# hypervisor memory is at 0x30000000\ngpu_mem=256',
  good: '# hypervisor memory is at 0x1fc00000\ngpu_mem=256',
  check(context, report) {
    const { board, system, member } = context;
    for (const { name, ranges, span, move } of takersOf(context)) {
      const hit = overlapWith(board, ranges);
      if (hit === undefined) continue;
      const { on, gpu, part } = hit;
      const whole = ranges.length === 1 && part.size === ranges[0]?.size;
      const setting = settingOf(board, gpu);
      report({
        span,
        message: `${sentenceStart(name)}${member === system ? '' : ` of ${cellName(member)}`} lies ${whole ? '' : 'partly '}in GPU memory ${rangeText(gpu)}${on.text}${whole ? '' : `, in ${rangeText(part)}`}: the GPU and Jailhouse write over each other, and the board freezes or the guest does not boot. Move it, or lower gpu_mem.`,
        related: [{ span: gpu.span, message: gpuText(gpu, setting) }],
        fixes: () => [...lowerGpuMemory(context, gpu, setting), ...move()],
      });
    }
    if (member === system) reportAtSetting(context, report);
  },
};

/** What is told of at this member. */
function takersOf(context: BoardContext): readonly Taker[] {
  const { board, system, member } = context;
  const none = (): readonly Fix[] => [];
  const links = ivshmemClaims(context).map((claim) => ({ ...claim, move: none }));
  if (member !== system) return [...ramClaims(member, board).map((claim) => ({ ...claim, move: none })), ...links];
  const hypervisor = hypervisorClaim(system);
  const window = virtualPciRange(system);
  const base = system.system?.pciMmconfigBase;
  return [
    ...(hypervisor === undefined ? [] : [{ ...hypervisor, move: () => moveHypervisorMemory(context) }]),
    ...links,
    ...(window === undefined || base === undefined
      ? []
      : [{ name: `the virtual PCI window ${rangeText(window)}`, ranges: [window], span: base.span, move: () => moveWindowFixes(context) }]),
  ];
}

function overlapWith(board: Board, ranges: readonly AddressRange[]) {
  const within = (gpu: AddressWindow | undefined): gpu is AddressWindow =>
    gpu !== undefined && ranges.some((range) => overlaps(range, gpu));
  const on = variantsWhere(board, ({ gpu }) => within(gpu));
  const gpu = on?.variants.map((variant) => variant.gpu).find(within);
  const range = gpu && ranges.find((candidate) => overlaps(candidate, gpu));
  if (on === undefined || gpu === undefined || range === undefined) return undefined;
  return { on, gpu, part: intersection(range, gpu) };
}

/** The line of config.txt that says how much the GPU takes; undefined where none does. */
function settingOf(board: Board, gpu: AddressWindow): FirmwareSetting | undefined {
  const { file, start, end } = gpu.span;
  for (const [name, setting] of board.firmware?.settings ?? []) {
    const { valueSpan } = setting;
    if (name.startsWith('gpu_mem') && valueSpan.file === file && valueSpan.start === start && valueSpan.end === end) return setting;
  }
  return undefined;
}

function gpuText(gpu: AddressWindow, setting: FirmwareSetting | undefined): string {
  return `the GPU has ${rangeText(gpu)}${setting === undefined ? ', the default' : ''}`;
}

function reportAtSetting(context: BoardContext, report: Parameters<BoardRule['check']>[1]): void {
  const { board, system } = context;
  const settings = board.variants.map(({ gpu }) => gpu && settingOf(board, gpu));
  if (settings.every((one) => one === undefined)) return;
  const window = virtualPciRange(system);
  const base = system.system?.pciMmconfigBase;
  const everything = [
    ...allClaims(context).map((claim) => ({
      ...claim,
      name: claim.config === system ? claim.name : `${claim.name} of ${cellName(claim.config)}`,
    })),
    ...(window === undefined || base === undefined
      ? []
      : [{ name: `the virtual PCI window ${rangeText(window)}`, ranges: [window], span: base.span }]),
  ];
  const inside = everything.flatMap((claim) => {
    const hit = overlapWith(board, claim.ranges);
    return hit === undefined ? [] : [{ ...claim, ...hit }];
  });
  const [first] = inside;
  const setting = first && settingOf(board, first.gpu);
  if (first === undefined || setting === undefined) return;
  const others = inside.length - 1;
  const who = others === 0 ? `${first.name} lies` : `${first.name} and ${count(others, 'other part')} of these configs lie`;
  report({
    span: setting.valueSpan,
    message: `GPU memory is ${rangeText(first.gpu)}${first.on.text}: ${who} there, and the two write over each other. Lower gpu_mem, or move the memory.`,
    related: inside.slice(0, 8).map(({ span, name }) => ({ span, message: name })),
    fixes: () => lowerGpuMemory(context, first.gpu, setting),
  });
}
