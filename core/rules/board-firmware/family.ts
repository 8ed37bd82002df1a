import type { RuleFamily } from '../rule.ts';

export const boardFirmwareFamily: RuleFamily = {
  name: 'board-firmware',
  title: 'Firmware, kernel and device tree of the board',
  rules: [],
};
