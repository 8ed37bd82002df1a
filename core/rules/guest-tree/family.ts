import type { RuleFamily } from '../rule.ts';

export const guestTreeFamily: RuleFamily = {
  name: 'guest-tree',
  title: 'Device tree of the guest',
  rules: [],
};
