import { settingNumber } from '../../board/config-txt.ts';
import { consoleOf, deviceAt } from '../board-devices/board-uarts.ts';
import type { BoardRule } from '../rule.ts';
import { setSetting } from './config-txt-lines.ts';

export const uartClockFloating: BoardRule = {
  id: 'uart-clock-floating',
  title: 'Clock of the mini UART is not fixed',
  severity: 'warning',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['BRD-rpi4-uart'],
  prose: {
    meaning:
      'The mini UART of a Raspberry Pi takes its baud rate from the clock of the GPU core, which goes up and down with the load. `enable_uart=1` in config.txt switches the UART on and holds the clock; `core_freq` with the same `core_freq_min`, `core_freq_fixed=1` or `force_turbo=1` hold it, too.',
    onTheBoard: 'The console of the hypervisor prints garbage, or nothing where the UART is not switched on at all.',
    remedy: 'Write `enable_uart=1`.',
  },
  bad: '# config.txt; the console is the mini UART at 0xfe215040\narm_64bit=1\narmstub=bl31.bin',
  good: '# config.txt\narm_64bit=1\narmstub=bl31.bin\nenable_uart=1',
  check({ board, system, member, text }, report) {
    const { firmware } = board;
    if (member !== system || board.kind !== 'raspberry-pi-4' || firmware === undefined) return;
    const found = consoleOf(system);
    const device = found && deviceAt(board, found.address);
    if (found === undefined || device?.compatible.includes('brcm,bcm2835-aux-uart') !== true) return;
    const value = (name: string): number | undefined => settingNumber(firmware, name);
    if (value('enable_uart') || value('core_freq_fixed') || value('force_turbo')) return;
    if (value('core_freq') !== undefined && value('core_freq') === value('core_freq_min')) return;
    report({
      span: found.console.address.span,
      message: `The console of the hypervisor is the mini UART, ${device.name}, and config.txt does not fix its clock: it prints garbage when the clock changes, or nothing. Write enable_uart=1 into config.txt.`,
      related: [
        {
          span: firmware.settings.get('enable_uart')?.span ?? firmware.end,
          message: 'config.txt: no enable_uart=1',
        },
      ],
      fixes: () => setSetting(firmware, 'enable_uart', '1', text),
    });
  },
};
