import { psciNode } from '../../board/cpus.ts';
import type { BoardRule } from '../rule.ts';

export const cpuNotUnderPsci: BoardRule = {
  id: 'cpu-not-under-psci',
  title: 'CPUs are not started by PSCI',
  severity: 'warning',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['CPU-offline-capability', 'BRD-psci'],
  prose: {
    meaning:
      'The device tree of the board starts its CPUs by a spin table and names no PSCI firmware. Linux can then not switch a CPU off, which it has to before a cell gets it, and the hypervisor asks a firmware that is not there. A warning, since the boot loader may change the tree that the file holds. On a Raspberry Pi see firmware-without-tf-a.',
    onTheBoard:
      '`jailhouse enable` dies with an EL2 abort ("x0: 0000000084000000" is the question for the version of PSCI), or `jailhouse cell create` fails when Linux has to give up the CPU (driver/cell.c).',
    remedy: 'Boot with TF-A or another firmware that has PSCI; the tree then says `enable-method = "psci"`.',
  },
  bad: 'cpu@1 {\n\tenable-method = "spin-table";\n\tcpu-release-addr = <0x0 0x8000fff8>;\n};',
  good: 'cpu@1 {\n\tenable-method = "psci";\n};\n\npsci {\n\tcompatible = "arm,psci-1.0";\n\tmethod = "smc";\n};',
  check({ board, system, member }, report) {
    // A Raspberry Pi's tree says spin-table whatever starts it: its config.txt knows.
    if (member !== system || board.kind === 'raspberry-pi-4' || board.tree === undefined) return;
    const spinning = board.cpus?.filter(({ enableMethod }) => enableMethod === 'spin-table') ?? [];
    const [first] = spinning;
    if (first === undefined || psciNode(board.tree.root) !== undefined) return;
    report({
      span: first.span,
      message: `${spinning.length === 1 ? `CPU ${first.index} starts` : `${spinning.length} CPUs start`} by a spin table, and the board's tree names no PSCI: jailhouse enable would die in the hypervisor, or no cell could get a CPU. Boot with a firmware that has PSCI, such as TF-A.`,
      related: spinning.slice(1, 8).map(({ index, span }) => ({ span, message: `CPU ${index}` })),
    });
  },
};
