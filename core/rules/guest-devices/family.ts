import type { RuleFamily } from '../rule.ts';

export const guestDevicesFamily: RuleFamily = {
  name: 'guest-devices',
  title: 'Devices of the guest',
  rules: [],
};
