import { memoryLimits } from '../../board/kernel-limits.ts';
import type { Fix } from '../../source/finding.ts';
import { hex, humanSize } from '../../source/numbers.ts';
import type { BoardContext, BoardRule } from '../rule.ts';

const MIB = 1n << 20n;

/** Where the driver maps the hypervisor on 32-bit ARM (JAILHOUSE_BASE, hypervisor/arch/arm/include/asm/jailhouse_header.h). */
const hypervisorBase = 0xf0000000n;
/** arch/arm/include/asm/pgtable.h: VMALLOC_END, VMALLOC_OFFSET; arch/arm/mm/mmu.c: 240 MiB by default; kernel addresses from 3 GiB on. */
const vmallocEnd = 0xff800000n;
const vmallocGap = 8n * MIB;
const defaultVmalloc = 240n * MIB;
const kernelStart = 0xc0000000n;

export const vmallocAreaTooSmall: BoardRule = {
  id: 'vmalloc-area-too-small',
  title: 'No room for the hypervisor among the addresses of a 32-bit kernel',
  severity: 'warning',
  scope: 'board',
  arch: ['arm'],
  catalogue: ['HV-arm-vmalloc'],
  prose: {
    meaning:
      'On 32-bit ARM the driver maps the hypervisor at 0xf0000000, which has to lie in the vmalloc area of Linux. That area begins 8 MiB behind the memory that the kernel maps directly, and is 240 MiB large at least, or what `vmalloc=` says: with 768 MiB of memory or more and no `vmalloc=` it begins too high. Computed for kernels with the usual split of 3 GiB for programs and 1 GiB for the kernel, hence a warning.',
    onTheBoard:
      '"jailhouse: Unable to map RAM reserved for hypervisor at ..." in the kernel log, and `jailhouse enable` answers "Invalid argument" (driver/main.c).',
    remedy: 'Boot the root Linux with `vmalloc=512M`, or more where hypervisor memory is large.',
  },
  bad: '# 1 GiB of RAM\nconsole=ttyS0,115200 mem=932M',
  good: '# 1 GiB of RAM\nconsole=ttyS0,115200 mem=932M vmalloc=512M',
  check(context, report) {
    const { board, system, member } = context;
    const memory = system.system?.hypervisorMemory;
    if (member !== system || memory === undefined || board.commandLine === undefined || board.variants.length === 0) return;
    const limits = memoryLimits(board.commandLine);
    const starts = board.variants.map(({ linux }) => {
      const [first] = linux;
      const last = linux.at(-1);
      return first === undefined || last === undefined ? 0n : vmallocStart(last.start + last.size - first.start, limits.vmalloc?.size);
    });
    // With several sizes of RAM all of them have to fail.
    const start = starts.find((value) => value > hypervisorBase);
    if (start === undefined || starts.some((value) => value <= hypervisorBase)) return;
    report({
      span: limits.vmalloc?.span ?? board.commandLine.parameters.at(-1)?.span ?? { file: board.commandLine.path, start: 0, end: 0 },
      message: `The vmalloc area of a 32-bit kernel would begin at ${hex(start)} on this board (${limits.vmalloc === undefined ? 'no vmalloc= is given' : `vmalloc= is ${humanSize(limits.vmalloc.size)}`}), but the driver maps the hypervisor at ${hex(hypervisorBase)}: jailhouse enable would fail with "Unable to map RAM reserved for hypervisor" in the kernel log. Boot with vmalloc=512M.`,
      related: [{ span: memory.size.span, message: `hypervisor memory, ${humanSize(memory.size.value)}` }],
      fixes: () => setVmalloc(context),
    });
  },
};

/** Where the area begins with so many bytes from the first to the last byte of memory. */
function vmallocStart(memory: bigint, vmalloc: bigint | undefined): bigint {
  const area = vmalloc ?? defaultVmalloc;
  const most = vmallocEnd - area - vmallocGap - kernelStart;
  const mapped = memory < most ? memory : most;
  // The gap ends at a multiple of its size.
  return (kernelStart + mapped + vmallocGap) & ~(vmallocGap - 1n);
}

function setVmalloc({ board, files, text }: BoardContext): readonly Fix[] {
  const line = board.commandLine;
  if (line === undefined || line.path !== files.cmdlineTxt || text(line.path) === undefined) return [];
  const own = memoryLimits(line).vmalloc;
  const last = line.parameters.at(-1);
  const title = 'Set vmalloc=512M on the kernel command line';
  if (own !== undefined) return [{ title, edits: [{ span: own.span, newText: 'vmalloc=512M' }] }];
  if (last === undefined) return [];
  return [{ title, edits: [{ span: { ...last.span, start: last.span.end }, newText: ' vmalloc=512M' }] }];
}
