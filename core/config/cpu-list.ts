import type { CpuSet } from './model.ts';

/** Bit numbers of a CPU set, ascending. */
export function cpusOf(bits: bigint): readonly number[] {
  const cpus: number[] = [];
  const text = bits.toString(2);
  for (let at = text.length - 1; at >= 0; at--) if (text[at] === '1') cpus.push(text.length - 1 - at);
  return cpus;
}

export function highestCpu(set: CpuSet): number | undefined {
  return set.value === 0n ? undefined : set.value.toString(2).length - 1;
}

/** `CPU 2`, `CPUs 0, 2-3`. */
export function cpuNames(bits: bigint): string {
  const cpus = cpusOf(bits);
  const runs: string[] = [];
  for (let at = 0; at < cpus.length; ) {
    const first = cpus[at] as number;
    let last = first;
    while (cpus[at + 1] === last + 1) {
      last++;
      at++;
    }
    at++;
    runs.push(last === first ? `${first}` : `${first}-${last}`);
  }
  return `${cpus.length === 1 ? 'CPU' : 'CPUs'} ${runs.join(', ')}`;
}
