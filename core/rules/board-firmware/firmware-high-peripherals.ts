import { settingNumber } from '../../board/config-txt.ts';
import { peripheralApertures } from '../../board/raspberry-pi-4-devices.ts';
import { overlaps } from '../../config/address-window.ts';
import { gicOf } from '../../config/gic.ts';
import type { Field } from '../../config/model.ts';
import { memberName } from '../../fixes/values.ts';
import { hex } from '../../source/numbers.ts';
import type { BoardRule } from '../rule.ts';
import { setSetting } from './config-txt-lines.ts';

export const firmwareHighPeripherals: BoardRule = {
  id: 'firmware-high-peripherals',
  title: 'Peripherals are above 4 GiB, but the config has them below',
  severity: 'error',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['GIC-addr', 'CON-type-board'],
  prose: {
    meaning:
      '`arm_peri_high=1` in config.txt moves the peripherals of a Raspberry Pi 4 from 0xfc000000 to 0x47c000000, and the ARM local block with the interrupt controller from 0xff800000 to 0x4c0000000. At the old addresses is RAM then, on boards that have so much. Configs for Jailhouse take the low addresses.',
    onTheBoard: '`jailhouse enable` fails with "No such device" or hangs: there is neither the interrupt controller nor the UART.',
    remedy: 'Take `arm_peri_high=1` out of config.txt.',
  },
  bad: '# config.txt; the config has .gicd_base = 0xff841000\narm_peri_high=1',
  good: '# config.txt\narm_64bit=1',
  check({ board, system, member, text }, report) {
    const { firmware } = board;
    const setting = firmware?.settings.get('arm_peri_high');
    if (member !== system || board.kind !== 'raspberry-pi-4' || firmware === undefined || setting === undefined) return;
    if (!settingNumber(firmware, 'arm_peri_high')) return;
    const low = peripheralApertures('low', board.span);
    const addresses: readonly (Field<bigint> | undefined)[] = [gicOf(system)?.gicdBase, system.system?.debugConsole?.address];
    const below = addresses.filter(
      (field): field is Field<bigint> =>
        field !== undefined && low.some((aperture) => overlaps(aperture, { start: field.value, size: 1n })),
    );
    const [first] = below;
    if (first === undefined) return;
    report({
      span: setting.span,
      message: `arm_peri_high=1 moves the peripherals above 4 GiB, but ${memberName(first)} ${hex(first.value)} is where they are without it: jailhouse enable would find no device there and fail, or the board hangs. Remove arm_peri_high=1.`,
      related: below.map((field) => ({ span: field.span, message: `${memberName(field)} ${hex(field.value)}` })),
      fixes: () => setSetting(firmware, 'arm_peri_high', '0', text),
    });
  },
};
