import { boardDevicesFamily } from './board-devices/family.ts';
import { boardFirmwareFamily } from './board-firmware/family.ts';
import { boardMemoryFamily } from './board-memory/family.ts';
import { commFamily } from './comm/family.ts';
import { consoleFamily } from './console/family.ts';
import { cpuFamily } from './cpu/family.ts';
import { gicFamily } from './gic/family.ts';
import { guestDevicesFamily } from './guest-devices/family.ts';
import { guestTreeFamily } from './guest-tree/family.ts';
import { headerFamily } from './header/family.ts';
import { hypervisorFamily } from './hypervisor/family.ts';
import { iommuFamily } from './iommu/family.ts';
import { ivshmemFamily } from './ivshmem/family.ts';
import { loadingFamily } from './loading/family.ts';
import { memoryFamily } from './memory/family.ts';
import { pciFamily } from './pci/family.ts';
import type { Rule, RuleFamily } from './rule.ts';
import { sharingFamily } from './sharing/family.ts';
import { x86Family } from './x86/family.ts';

/** In the order of the index page. */
export const ruleFamilies: readonly RuleFamily[] = [
  headerFamily,
  hypervisorFamily,
  consoleFamily,
  cpuFamily,
  memoryFamily,
  sharingFamily,
  commFamily,
  loadingFamily,
  gicFamily,
  pciFamily,
  ivshmemFamily,
  iommuFamily,
  x86Family,
  boardMemoryFamily,
  boardDevicesFamily,
  boardFirmwareFamily,
  guestTreeFamily,
  guestDevicesFamily,
];

/** Every rule, by family. */
export const rules: readonly Rule[] = ruleFamilies.flatMap((family) => family.rules);

const byId: ReadonlyMap<string, Rule> = new Map(rules.map((rule) => [rule.id, rule]));

export function findRule(id: string): Rule | undefined {
  return byId.get(id);
}
