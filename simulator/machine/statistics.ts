import type { MachineCell } from './machine.ts';
import type { Counter, Hypervisor } from './state.ts';

const counters: readonly Counter[] = ['mmio', 'management', 'hypercall', 'maintenance', 'virt_irq', 'virt_sgi', 'psci', 'smccc'];

/** The counters of a cell's CPUs under the names that sysfs gives them. */
export function statisticsOf({ cpus }: Hypervisor, own: readonly number[]): MachineCell['statistics'] {
  const of = (value: (cpu: number) => number): { readonly [cpu: number]: number } =>
    Object.fromEntries(own.map((cpu) => [cpu, value(cpu)]));
  const single = (cpu: number, counter: Counter): number => cpus.get(cpu)?.counters.get(counter) ?? 0;
  return {
    vmexits_total: of((cpu) => counters.reduce((sum, counter) => sum + single(cpu, counter), 0)),
    ...Object.fromEntries(counters.map((counter) => [`vmexits_${counter}`, of((cpu) => single(cpu, counter))])),
  };
}
