import { settingNumber } from '../../board/config-txt.ts';
import type { BoardRule } from '../rule.ts';
import { setSetting } from './config-txt-lines.ts';

export const firmware32BitKernel: BoardRule = {
  id: 'firmware-32-bit-kernel',
  title: 'Firmware starts a 32-bit kernel',
  severity: 'warning',
  scope: 'board',
  arch: ['arm64'],
  catalogue: ['BRD-el2'],
  prose: {
    meaning: '`arm_64bit=0` lets the firmware of a Raspberry Pi start a 32-bit kernel. A config for arm64 needs a 64-bit one.',
    onTheBoard:
      'The 32-bit Linux cannot load the driver and the hypervisor for arm64; with TF-A as armstub, which is 64-bit code, the board does not start at all.',
    remedy: 'Set `arm_64bit=1`.',
  },
  bad: '# config.txt\narm_64bit=0\narmstub=bl31.bin',
  good: '# config.txt\narm_64bit=1\narmstub=bl31.bin',
  check({ board, system, member, text }, report) {
    const { firmware } = board;
    const setting = firmware?.settings.get('arm_64bit');
    if (member !== system || board.kind !== 'raspberry-pi-4' || firmware === undefined || setting === undefined) return;
    if (settingNumber(firmware, 'arm_64bit') !== 0) return;
    report({
      span: setting.span,
      message:
        'arm_64bit=0 starts a 32-bit kernel, but the configs are for arm64: neither the driver nor the hypervisor for arm64 runs there, and the board does not start with TF-A as armstub. Set arm_64bit=1.',
      related: [{ span: system.system?.architecture?.span ?? system.span, message: 'the root config is for arm64' }],
      fixes: () => setSetting(firmware, 'arm_64bit', '1', text),
    });
  },
};
