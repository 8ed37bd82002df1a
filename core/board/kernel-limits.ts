import type { AddressWindow } from '../config/address-window.ts';
import type { Span } from '../source/span.ts';
import type { KernelCommandLine, KernelParameter } from './board.ts';
import { parametersNamed } from './cmdline.ts';

/** A size, and an address where the parameter gives one; bytes. */
export interface SizeSetting {
  readonly size: bigint;
  readonly start: bigint | undefined;
  readonly span: Span;
}

/** `cma=size[@start[-end]]`: the default pool; a size of 0 turns it off. Bytes. */
export interface CmaSetting {
  readonly size: bigint;
  /** Lowest address; undefined: anywhere. With no `end`, exactly here. */
  readonly start: bigint | undefined;
  /** Below this address. */
  readonly end: bigint | undefined;
  readonly span: Span;
}

/** What a kernel's command line says of memory. */
export interface MemoryLimits {
  /** `mem=`, each one in order. */
  readonly mem: readonly SizeSetting[];
  readonly cma: CmaSetting | undefined;
  /** `memmap=`: x86 only. */
  readonly memmap: readonly KernelParameter[];
  /** `vmalloc=`, bytes: 32-bit ARM only. */
  readonly vmalloc: SizeSetting | undefined;
}

/** What a kernel's command line says of CPUs. */
export interface CpuLimits {
  /** CPUs started at boot (`maxcpus=`; `nosmp` is 0); the others can be brought up later. */
  readonly started: number | undefined;
  /** CPUs that the kernel will ever know (`nr_cpus=`). */
  readonly known: number | undefined;
  /** `isolcpus=`, Linux' numbers, ascending; undefined where it is not given or has a form that is not known here. */
  readonly isolated: readonly number[] | undefined;
  /** The words that say so. */
  readonly parameters: readonly KernelParameter[];
}

const MAX_CPUS = 8192;

/** The values of `mem=`, `cma=`, `memmap=`, `vmalloc=`; those without a number are left out. */
export function memoryLimits(commandLine: KernelCommandLine | undefined): MemoryLimits {
  const mem: SizeSetting[] = [];
  for (const { value, span } of parametersNamed(commandLine, 'mem')) {
    const size = parseMemory(value ?? '');
    if (size === undefined) continue;
    const start = size.rest.startsWith('@') ? parseMemory(size.rest.slice(1))?.value : undefined;
    mem.push({ size: size.value, start, span });
  }
  const vmallocParameter = parametersNamed(commandLine, 'vmalloc').at(-1);
  const vmalloc = parseMemory(vmallocParameter?.value ?? '')?.value;
  return {
    mem,
    cma: cmaOf(parametersNamed(commandLine, 'cma').at(-1)),
    memmap: parametersNamed(commandLine, 'memmap'),
    vmalloc: vmallocParameter && vmalloc !== undefined ? { size: vmalloc, start: undefined, span: vmallocParameter.span } : undefined,
  };
}

/** kernel/dma/contiguous.c:early_cma. */
function cmaOf(parameter: KernelParameter | undefined): CmaSetting | undefined {
  const size = parseMemory(parameter?.value ?? '');
  if (parameter === undefined || size === undefined) return undefined;
  const start = size.rest.startsWith('@') ? parseMemory(size.rest.slice(1)) : undefined;
  const end = start?.rest.startsWith('-') ? parseMemory(start.rest.slice(1))?.value : undefined;
  return { size: size.value, start: start?.value, end, span: parameter.span };
}

export function cpuLimits(commandLine: KernelCommandLine | undefined): CpuLimits {
  const parameters: KernelParameter[] = [];
  const last = (name: string): string | undefined => {
    const parameter = parametersNamed(commandLine, name).at(-1);
    if (parameter !== undefined) parameters.push(parameter);
    return parameter === undefined ? undefined : (parameter.value ?? '');
  };
  const maxcpus = decimal(last('maxcpus'));
  const known = decimal(last('nr_cpus'));
  const isolated = last('isolcpus');
  const single = last('nosmp') !== undefined;
  return { started: single ? 0 : maxcpus, known, isolated: isolated === undefined ? undefined : cpuList(isolated), parameters };
}

/** `1-3`, `domain,nohz,2,4-6` (kernel/sched/isolation.c: flags come first); undefined for other forms of the kernel's bitmap lists. */
function cpuList(text: string): readonly number[] | undefined {
  const cpus = new Set<number>();
  for (const part of text.split(',')) {
    if (part === 'nohz' || part === 'domain' || part === 'managed_irq') continue;
    const range = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part.trim());
    if (range === null) return undefined;
    const first = Number(range[1]);
    const end = Number(range[2] ?? range[1]);
    if (end < first || end >= MAX_CPUS) return undefined;
    for (let cpu = first; cpu <= end; cpu++) cpus.add(cpu);
  }
  return [...cpus].sort((a, b) => a - b);
}

function decimal(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

const suffixes = 'KMGTPE';

/**
 * A size as the kernel reads one (lib/cmdline.c:memparse): decimal, 0x or octal, then K, M, G, T, P or E for powers of 1024; `rest` is what
 * follows. Undefined where no digit stands. Cut to 64 bits, as there.
 */
export function parseMemory(text: string): { readonly value: bigint; readonly rest: string } | undefined {
  const digits = /^(?:0[xX][0-9a-fA-F]{1,64}|0[0-7]{0,64}|[1-9]\d{0,63})/.exec(text)?.[0];
  if (digits === undefined) return undefined;
  const octal = /^0[0-7]+$/.test(digits);
  let value = octal ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
  let at = digits.length;
  const power = suffixes.indexOf((text[at] ?? '?').toUpperCase());
  if (power >= 0) {
    value <<= BigInt(10 * (power + 1));
    at++;
  }
  return { value: BigInt.asUintN(64, value), rest: text.slice(at) };
}

/**
 * Linux' memory out of what the firmware passes on. arm64 keeps the first so many bytes of memory, holes not counted, and the last `mem=` counts
 * (arch/arm64/mm/init.c:early_mem, mm/memblock.c:memblock_mem_limit_remove_map). 32-bit ARM drops all that the firmware passes on and takes the
 * ranges that the `mem=` words state (arch/arm/kernel/setup.c:early_mem); without `@` they begin where memory began.
 */
export function limitedMemory(
  memory: readonly AddressWindow[],
  limits: MemoryLimits,
  architecture: 'arm64' | 'arm',
): readonly AddressWindow[] {
  const last = limits.mem.at(-1);
  if (last === undefined) return memory;
  if (architecture === 'arm') {
    const begin = memory[0]?.start ?? 0n;
    return limits.mem
      .filter(({ size }) => size > 0n)
      .map(({ size, start, span }) => ({ name: 'RAM', start: start ?? begin, size, span }))
      .sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  }
  // Whole pages count.
  let left = last.size & ~0xfffn;
  // No kernel boots with none: what it would do is not known here.
  if (left === 0n) return memory;
  const kept: AddressWindow[] = [];
  for (const window of memory) {
    if (left <= 0n) break;
    kept.push(window.size <= left ? window : { ...window, size: left, span: last.span });
    left -= window.size;
  }
  return kept;
}
