import { setText } from '../../fixes/values.ts';
import { hex } from '../../source/numbers.ts';
import { consoleTypeName } from '../console/console-kinds.ts';
import { isForLinux } from '../loading/linux-shape.ts';
import type { BoardRule } from '../rule.ts';
import { cellName } from '../wording.ts';
import { consoleOf, deviceAt, looksLikeUart, uartTypeOf } from './board-uarts.ts';
import { addressBehindBus } from './bus-address.ts';

export const consoleDeviceDiffers: BoardRule = {
  id: 'console-device-differs',
  title: 'Console is not the UART of the board',
  severity: 'error',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['CON-type-board'],
  prose: {
    meaning:
      'The type of a console says which driver talks to it. It has to fit the `compatible` of the UART that the board has at that address: `arm,pl011` is PL011, `brcm,bcm2835-aux-uart`, `ns16550a`, `snps,dw-apb-uart` are 8250, `cdns,uart-r1p12` is XUARTPS, and so on. An address where the device tree of the board has no UART is a warning; so is the console of a cell that is shaped for Linux, which only the loader uses.',
    onTheBoard:
      'Another driver waits for a bit that never changes: the board hangs in `jailhouse enable`, and nothing is printed (uart-*.c; observed with 8250 and XUARTPS on a PL011). A cell hangs at its first output.',
    remedy: 'Set the type that fits the UART, or the address of the one that was meant.',
  },
  bad: '/* board: serial@9000000 { compatible = "arm,pl011"; } */\n.address = 0x9000000,\n.type = JAILHOUSE_CON_TYPE_8250,',
  good: '.address = 0x9000000,\n.type = JAILHOUSE_CON_TYPE_PL011,',
  check({ board, system, member }, report) {
    const found = consoleOf(member);
    if (found === undefined || board.devices.length === 0) return;
    const { console, address } = found;
    const whose = member === system ? 'the hypervisor' : cellName(member);
    const device = deviceAt(board, address);
    if (device === undefined || !looksLikeUart(device)) {
      // Without a tree only the devices that cells often want are known.
      if (board.tree === undefined || addressBehindBus(board, { start: address, size: 4n }, looksLikeUart) !== undefined) return;
      report({
        span: console.address.span,
        severity: 'warning',
        message: `The console of ${whose} is at ${hex(address)}, where the device tree of the board has ${device === undefined ? 'nothing' : `${device.name}, which is no UART`}: nothing would be printed, and whoever prints may wait for ever. Write the address of a UART of the board.`,
        related: [
          ...(device === undefined ? [] : [{ span: device.span, message: `${device.name} is here` }]),
          ...board.devices
            .filter((candidate) => uartTypeOf(candidate) !== undefined && candidate.windows.length > 0)
            .slice(0, 6)
            .map((uart) => ({ span: uart.span, message: `${uart.name} is at ${hex(uart.windows[0]?.start ?? 0n)}` })),
        ],
      });
      return;
    }
    const wanted = uartTypeOf(device);
    const type = consoleTypeName(console.type.value);
    if (wanted === undefined || wanted === type) return;
    const linux = member !== system && isForLinux(member);
    report({
      span: console.type.span,
      ...(linux && { severity: 'warning' as const }),
      message: `The console of ${whose} at ${hex(address)} has the type ${type}, but the board has ${device.name} there, "${device.compatible[0]}": ${member === system ? 'jailhouse enable would hang without a word' : 'the cell would hang at its first output'}. Set JAILHOUSE_CON_TYPE_${wanted}.`,
      related: [{ span: device.span, message: `${device.name} needs the type ${wanted}` }],
      fixes: () => setText(member, console, console.type, `JAILHOUSE_CON_TYPE_${wanted}`),
    });
  },
};
