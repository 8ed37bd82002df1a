import type { RuleFamily } from '../rule.ts';

export const boardDevicesFamily: RuleFamily = {
  name: 'board-devices',
  title: 'Devices of the board',
  rules: [],
};
