import type { Board, BoardVariant } from '../../board/board.ts';
import { type AddressRange, Coverage } from '../../config/address-window.ts';
import type { BoardRule } from '../rule.ts';
import { variantsWhere } from '../variants.ts';
import { cellName, rangeText, sentenceStart } from '../wording.ts';
import { type Claim, hypervisorClaim, isProgramMemory, ivshmemClaims, ramClaims } from './claims.ts';

export const memoryNotFitted: BoardRule = {
  id: 'memory-not-fitted',
  title: 'Memory that the board does not have',
  severity: 'error',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['HV-is-ram', 'BRD-ram-exists'],
  prose: {
    meaning:
      'Hypervisor memory, RAM of a cell or shared memory of a link has to be RAM on the board. It is an error where none of the boards that the configs are checked for has RAM there. Where jailhouse.json does not state the RAM size, and some boards have RAM there and others do not, it is a warning. Where only a device tree says what RAM there is, it is information, since firmware often corrects its memory nodes at boot.',
    onTheBoard:
      'The driver or the hypervisor dies when it copies itself there ("synchronous external abort", observed), and the first write to memory of a cell that is not there parks the root CPU ("Unhandled data write", observed).',
    remedy:
      'Move the memory below the end of the RAM of the smallest board, or state `"ram"` in jailhouse.json where the configs are for a larger one only.',
  },
  bad: '/* a board with 1 GB of RAM */\n.hypervisor_memory = {\n\t.phys_start = 0x7fc00000,',
  good: '.hypervisor_memory = {\n\t.phys_start = 0x1fc00000,',
  check(context, report) {
    const { board, system, member } = context;
    for (const claim of claimsAt(context)) {
      const on = variantsWhere(board, (variant) => missing(variant, claim.ranges).length > 0);
      if (on === undefined) continue;
      const parts = new Coverage(on.variants.flatMap((variant) => missing(variant, claim.ranges))).ranges;
      const whole = parts.length === 1 && claim.ranges.length === 1 && parts[0]?.size === claim.ranges[0]?.size;
      const severity = board.kind === 'other' ? 'information' : on.all ? 'error' : 'warning';
      const name = member === system ? claim.name : `${claim.name} of ${cellName(member)}`;
      report({
        span: claim.span,
        severity,
        message: `${sentenceStart(name)} lies ${whole ? '' : 'partly '}where no RAM is${on.text}${whole ? '' : `, in ${parts.slice(0, 3).map(rangeText).join(', ')}`}: ${effects[claim.kind]}. ${
          board.kind === 'other'
            ? "Use RAM that the board's device tree has, unless firmware tells Linux of other RAM at boot."
            : on.all
              ? 'Move it into the RAM of the board.'
              : 'Move it into the RAM of the smallest board, or state "ram" in jailhouse.json.'
        }`,
        related: ramOf(board, on.variants),
      });
    }
  },
};

const effects: Readonly<Record<Claim['kind'], string>> = {
  hypervisor: 'jailhouse enable dies of an external abort',
  ram: 'loading the cell parks the root CPU or ends in an external abort',
  ivshmem: 'the first access ends in an external abort',
};

function claimsAt(context: Parameters<BoardRule['check']>[0]): readonly Claim[] {
  const { board, system, member } = context;
  if (member === system) {
    const hypervisor = hypervisorClaim(system);
    return [...(hypervisor === undefined ? [] : [hypervisor]), ...ivshmemClaims(context)];
  }
  // A tree of which nobody knows how complete it is: what is not loaded to may be a device.
  const ram = ramClaims(member, board).filter(({ region }) => board.kind !== 'other' || (region !== undefined && isProgramMemory(region)));
  return [...ram, ...ivshmemClaims(context)];
}

function missing(variant: BoardVariant, ranges: readonly AddressRange[]): readonly AddressRange[] {
  const ram = new Coverage(variant.ram);
  return ranges.flatMap((range) => ram.gaps(range));
}

function ramOf(board: Board, variants: readonly BoardVariant[]) {
  const [smallest] = [...variants].sort((a, b) => (a.size < b.size ? -1 : 1));
  return (smallest?.ram ?? []).map((bank) => ({
    span: bank.span ?? board.span,
    message: `RAM ${rangeText(bank)}${smallest?.name ? ` of a board with ${smallest.name}` : ''}`,
  }));
}
