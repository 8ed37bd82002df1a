import type { TargetState } from '@jailhouse-cells/deploy/observe/target-state.ts';

/** A target that nobody has deployed to. */
export const freshTarget: TargetState = {
  bootId: 'boot-1',
  clock: 0,
  user: 'pi',
  home: '/home/pi',
  root: 'sudo',
  sudoText: '',
  tool: '/usr/local/sbin/jailhouse',
  programs: {},
  module: 'not loaded',
  enabled: false,
  cells: [],
  record: undefined,
  current: new Map(),
  next: new Map(),
  leftovers: false,
  addresses: new Map(),
  console: '',
};
