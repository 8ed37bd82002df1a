import type { DiagnosticText } from '../source/diagnostic-text.ts';

/** Everything that is said while the files about a board are read, before any rule sees them. */
export const boardDiagnostics: readonly DiagnosticText[] = [
  {
    id: 'config-txt',
    title: 'Line of config.txt that does not do what it says',
    severity: 'warning',
    prose: {
      meaning:
        'The firmware of the Raspberry Pi skips a line of config.txt or reads it otherwise than it looks: a misspelled name or filter, a value that is no number, an include that is not there, a line that is too long, an encoding it cannot read.',
      onTheBoard: 'The board boots with the default of that setting.',
      remedy: 'Mend the line. The names are in https://www.raspberrypi.com/documentation/computers/config_txt.html.',
    },
    bad: 'gpu_men=128',
    good: 'gpu_mem=128',
  },
  {
    id: 'kernel-command-line',
    title: 'Kernel command line that is read otherwise than it looks',
    severity: 'warning',
    prose: {
      meaning: 'Only the first line of cmdline.txt counts, quotes have to match, and some parameters mean nothing on ARM (memmap=).',
      onTheBoard: 'The kernel boots without the parameters that it does not see.',
      remedy: 'Put all parameters on one line; reserve memory in the device tree.',
    },
    bad: 'console=ttyS0,115200\nisolcpus=2,3',
    good: 'console=ttyS0,115200 isolcpus=2,3',
  },
  {
    id: 'board-snapshot',
    title: 'Board snapshot that cannot be read',
    severity: 'error',
    prose: {
      meaning:
        'A saved snapshot of a board is no JSON, or no object with `"format": "jailhouse-cells-board"`; or a member does not hold what the format says: base64 that is cut off, a device tree that is not there. A newer version of the format, and a text that is none, are warnings. docs/board-snapshot.md describes the format.',
      onTheBoard: 'Nothing: the snapshot is only read by this tool.',
      remedy: 'Take the snapshot again.',
    },
    bad: '"deviceTree": "rpi4.dtb"',
    good: '"deviceTree": { "file": "rpi4.dtb" }',
  },
];
