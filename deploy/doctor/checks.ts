import { readIomem } from '@jailhouse-cells/core/board/proc-files.ts';
import type { Deployment } from '@jailhouse-cells/core/deployment/deployment.ts';
import type { Target } from '../target.ts';
import { architecture, cpus, el2, gpuMemory, kernelOptions, model, psci, ram } from './board-checks.ts';
import type { BoardFacts } from './board-facts.ts';
import type { Check, DoctorOptions, Judge } from './check.ts';
import { firmware, module, programs, revision, tool } from './installation-checks.ts';
import { cellMemory, hypervisorMemory, pciWindow } from './memory-checks.ts';
import { clock, disk, lock, root, state } from './session-checks.ts';

/** In the order in which they would stop a deployment. */
const judges: readonly Judge[] = [
  root,
  model,
  ram,
  architecture,
  psci,
  el2,
  tool,
  module,
  revision,
  firmware,
  hypervisorMemory,
  cellMemory,
  gpuMemory,
  pciWindow,
  kernelOptions,
  cpus,
  disk,
  clock,
  programs,
  lock,
  state,
];

/** Compares a target with what a system takes for granted. */
export function checkTarget(facts: BoardFacts, deployment: Deployment, target: Target, options: DoctorOptions): readonly Check[] {
  const iomem = facts.iomem === undefined ? undefined : readIomem(facts.iomem);
  const context = { facts, expected: deployment.expected, deployment, target, options, iomem };
  return judges.flatMap((judge) => judge(context) ?? []);
}
