import { piEnableMethod } from '../../board/raspberry-pi-4.ts';
import type { BoardRule } from '../rule.ts';
import { setSetting } from './config-txt-lines.ts';

export const firmwareWithoutTfA: BoardRule = {
  id: 'firmware-without-tf-a',
  title: 'Raspberry Pi boots without TF-A',
  severity: 'warning',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['BRD-psci', 'CPU-offline-capability'],
  prose: {
    meaning:
      'The firmware of a Raspberry Pi starts the CPUs by a stub of its own, which knows no PSCI. The hypervisor and the hot-plugging of CPUs need PSCI, which TF-A brings: `armstub=bl31.bin` in config.txt, with the file beside it. Other stubs, and settings under a filter that only the running board can decide, are left alone.',
    onTheBoard:
      '`jailhouse enable` dies with an EL2 abort and "x0: 0000000084000000", the question for the version of PSCI that nobody answers (seen often on the mailing list).',
    remedy: 'Build TF-A for the board (PLAT=rpi4), copy bl31.bin to the boot partition, and write `armstub=bl31.bin` into config.txt.',
  },
  bad: '# config.txt\narm_64bit=1\nenable_uart=1',
  good: '# config.txt\narm_64bit=1\nenable_uart=1\narmstub=bl31.bin',
  check({ board, system, member, text }, report) {
    const { firmware } = board;
    if (member !== system || board.kind !== 'raspberry-pi-4' || firmware === undefined) return;
    // The tree of a live board says what really answers.
    if (piEnableMethod(firmware) !== 'spin-table' || board.cpus?.some(({ enableMethod }) => enableMethod === 'psci')) return;
    const stub = firmware.settings.get('armstub');
    report({
      span: stub?.span ?? { file: firmware.path, start: 0, end: Math.min(text(firmware.path)?.search(/\r?\n|$/) ?? 0, 200) },
      message:
        'config.txt names no armstub, so the Raspberry Pi boots without TF-A and has no PSCI: jailhouse enable would die with an EL2 abort and "x0: 0000000084000000". Put bl31.bin of TF-A on the boot partition and write armstub=bl31.bin.',
      fixes: () => setSetting(firmware, 'armstub', 'bl31.bin', text).map((fix) => ({ ...fix, needsChoice: true })),
    });
  },
};
