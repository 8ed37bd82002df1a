import { gicOf } from '../../config/gic.ts';
import { hasFlag, isCommRegion, isEmpty } from '../../config/memory-flags.ts';
import type { Config, Field, MemoryRegion } from '../../config/model.ts';
import { numberLike } from '../../fixes/number-style.ts';
import { fix, textAt, together } from '../../fixes/source-text.ts';
import { memberName, setNumber, writeNumber } from '../../fixes/values.ts';
import type { Fix } from '../../source/finding.ts';
import { hex } from '../../source/numbers.ts';
import type { BoardContext, BoardRule, Reporter } from '../rule.ts';
import { cellName, regionByPhys } from '../wording.ts';
import { consoleOf, looksLikeUart } from './board-uarts.ts';
import { addressBehindBus } from './bus-address.ts';
import { isOfHypervisor, mayBeDriven } from './device-kinds.ts';
import { baseEdits } from './gic-bases.ts';

export const busAddressUsed: BoardRule = {
  id: 'bus-address-used',
  title: 'Address of a bus where one of the CPUs is meant',
  severity: 'error',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['CON-type-board', 'GIC-addr'],
  prose: {
    meaning:
      'Node names and `reg` of a device tree give addresses on a bus. The CPUs find the device where the `ranges` of the buses above lead: 0x7e215040 of a Raspberry Pi 4 is 0xfe215040 for them. The configs hold addresses of the CPUs. Reported where no device is at the number itself and one is where it leads to: consoles, the interrupt controller, and memory regions with IO.',
    onTheBoard:
      'On a board with enough RAM the number is an address in RAM: the hypervisor waits for ever for a UART that does not answer, or a cell writes into memory of Linux. On others the access faults.',
    remedy: 'Write the address after translation.',
  },
  bad: '/* serial@7e215040 */\n.debug_console = {\n\t.address = 0x7e215040,',
  good: '.debug_console = {\n\t.address = 0xfe215040,',
  check(context, report) {
    const { board, system, member } = context;
    if (board.devices.length === 0) return;
    checkConsole(context, report);
    if (member === system) checkGic(context, report);
    for (const region of member.memoryRegions) {
      if (!hasFlag(region, 'IO') || isEmpty(region) || isCommRegion(region)) continue;
      const meant = addressBehindBus(board, { start: region.physStart.value, size: region.size.value }, mayBeDriven);
      if (meant === undefined) continue;
      report({
        span: region.physStart.span,
        message: `${regionByPhys(region)} of ${cellName(member)} is where the device tree of the board has devices on their bus; for the CPUs they are at ${hex(meant)}. The cell would reach RAM of Linux, or nothing. Write ${hex(meant)}.`,
        fixes: () => moveRegion(member, region, meant),
      });
    }
  },
};

function checkConsole({ board, system, member }: BoardContext, report: Reporter): void {
  const found = consoleOf(member);
  if (found === undefined) return;
  const { console, address } = found;
  const meant = addressBehindBus(board, { start: address, size: 4n }, looksLikeUart);
  if (meant === undefined) return;
  // Of a cell the address of the region decides where it leads.
  if (member !== system && address === console.address.value) {
    const region = member.memoryRegions.find((candidate) => hasFlag(candidate, 'IO') && isAround(candidate, address));
    if (region !== undefined) return;
  }
  const field: Field<bigint> = console.address;
  report({
    span: field.span,
    message: `The console of ${member === system ? 'the hypervisor' : cellName(member)} is at ${hex(address)}, an address of a bus in the device tree of the board; for the CPUs the device is at ${hex(meant)}. Nothing would be printed, and whoever prints waits for ever. Write ${hex(meant)}.`,
    fixes: () => (member === system ? setNumber(system, console, field, meant) : []),
  });
}

function isAround(region: MemoryRegion, address: bigint): boolean {
  return region.physStart.value <= address && address < region.physStart.value + region.size.value;
}

function checkGic(context: BoardContext, report: Reporter): void {
  const gic = gicOf(context.system);
  if (gic === undefined) return;
  for (const field of [gic.gicdBase, gic.giccBase, gic.gichBase, gic.gicvBase, gic.gicrBase]) {
    const meant = field.value === 0n ? undefined : addressBehindBus(context.board, { start: field.value, size: 4n }, isOfHypervisor);
    if (meant === undefined) continue;
    report({
      span: field.span,
      message: `${memberName(field)} is ${hex(field.value)}, an address of a bus in the device tree of the board; the CPUs find the interrupt controller at ${hex(meant)}. jailhouse enable would answer "No such device", or the board hangs. Write ${hex(meant)}.`,
      fixes: () =>
        fix(`Set ${memberName(field)} to ${numberLike(textAt(context.system, field.text), meant)}`, baseEdits(context, gic, field, meant)),
    });
  }
}

/** Both addresses where the region is 1:1, and the console that stands in it. */
function moveRegion(config: Config, region: MemoryRegion, to: bigint): readonly Fix[] {
  const from = region.physStart.value;
  const same = region.virtStart.value === from;
  const console = config.kind === 'cell' ? config.cell.console : undefined;
  const inside = same && console !== undefined && isAround(region, console.address.value) ? console : undefined;
  const edits = together(
    writeNumber(config, region, region.physStart, to),
    same ? writeNumber(config, region, region.virtStart, to) : [],
    inside === undefined ? [] : writeNumber(config, inside, inside.address, inside.address.value - from + to),
  );
  return fix(`Move ${region.path} to ${numberLike(textAt(config, region.physStart.text), to)}`, edits);
}
