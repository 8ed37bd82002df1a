import type { RuleFamily } from '../rule.ts';
import { pciWindowInRam } from './pci-window-in-ram.ts';
import { pciWindowOverDevice } from './pci-window-over-device.ts';

export const boardMemoryFamily: RuleFamily = {
  name: 'board-memory',
  title: 'Memory of the board',
  rules: [pciWindowInRam, pciWindowOverDevice],
};
