import { addNames, removeNames } from '../../fixes/flags.ts';
import { fix } from '../../fixes/source-text.ts';
import { hex } from '../../source/numbers.ts';
import { consoleFlags, consoleType } from '../console/console-kinds.ts';
import { isForLinux } from '../loading/linux-shape.ts';
import type { BoardRule } from '../rule.ts';
import { cellName } from '../wording.ts';
import { consoleOf, deviceAt, registerDistance, uartTypeOf } from './board-uarts.ts';

const FLAG = 'JAILHOUSE_CON_REGDIST_4';

export const consoleRegisterDistance: BoardRule = {
  id: 'console-register-distance',
  title: 'Registers of the console are spaced otherwise',
  severity: 'error',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['CON-regdist'],
  prose: {
    meaning:
      'The registers of an 8250 stand one byte or four bytes apart. `reg-shift = <2>` in the device tree means four, and JAILHOUSE_CON_REGDIST_4; 0 means one byte, and no flag. The mini UART of a Raspberry Pi (`brcm,bcm2835-aux-uart`) has four without saying so. A warning for a cell that is shaped for Linux, where only the loader uses the console.',
    onTheBoard:
      'The driver reads the wrong register for the state of the transmitter: garbage, or it waits for ever, and `jailhouse enable` hangs (uart-8250.c).',
    remedy: 'Add or remove JAILHOUSE_CON_REGDIST_4.',
  },
  bad: '/* board: reg-shift = <2>; */\n.type = JAILHOUSE_CON_TYPE_8250,\n.flags = JAILHOUSE_CON_ACCESS_MMIO,',
  good: '.type = JAILHOUSE_CON_TYPE_8250,\n.flags = JAILHOUSE_CON_ACCESS_MMIO | JAILHOUSE_CON_REGDIST_4,',
  check({ board, system, member }, report) {
    const found = consoleOf(member);
    if (found === undefined || found.console.type.value !== consoleType['8250']) return;
    const { console, address } = found;
    const device = deviceAt(board, address);
    if (device === undefined || uartTypeOf(device) !== '8250') return;
    const distance = registerDistance(device);
    const has = (console.flags.value & consoleFlags.REGDIST_4) === 0 ? 1 : 4;
    if (distance === undefined || distance === has || (distance !== 1 && distance !== 4)) return;
    const linux = member !== system && isForLinux(member);
    report({
      span: console.flags.span,
      ...(linux && { severity: 'warning' as const }),
      message: `The registers of ${device.name}, the console of ${member === system ? 'the hypervisor' : cellName(member)} at ${hex(address)}, stand ${distance === 1 ? 'one byte' : 'four bytes'} apart, but its flags say ${has === 1 ? 'one byte' : 'four bytes'}: garbage, or the first output never ends. ${distance === 4 ? 'Add' : 'Remove'} ${FLAG}.`,
      related: [{ span: device.span, message: `${device.name}: registers ${distance === 1 ? 'one byte' : 'four bytes'} apart` }],
      fixes: () =>
        distance === 4
          ? fix(`Add ${FLAG}`, addNames(member, console, console.flags, [FLAG]))
          : fix(`Remove ${FLAG}`, removeNames(member, console.flags, [FLAG], BigInt(consoleFlags.REGDIST_4))),
    });
  },
};
