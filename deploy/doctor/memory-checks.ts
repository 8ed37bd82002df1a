import { hex } from '@jailhouse-cells/core/source/numbers.ts';
import { check, type Judge, ok } from './check.ts';
import { claimedIn, entryWords, systemRamIn } from './iomem.ts';

export const hypervisorMemory: Judge = ({ iomem, expected }) => {
  const title = 'Hypervisor memory';
  const { start, end, place } = expected.hypervisorMemory;
  const range = `${hex(start)}-${hex(end - 1n)}`;
  if (iomem === undefined)
    return check('hypervisor-memory', title, 'unknown', '/proc/iomem shows addresses to root only.', 'Let the login read it by sudo.');
  const ram = systemRamIn(iomem, start, end);
  if (ram === undefined) return ok('hypervisor-memory', title, `${range} is kept out of Linux.`);
  return check(
    'hypervisor-memory',
    title,
    'blocker',
    `${range} lies in memory that Linux uses (System RAM ${entryWords(ram)}): enabling would fail or destroy data.`,
    'Reserve it with no-map in the board’s device tree, install that tree on the target and restart it.',
    place,
  );
};

export const cellMemory: Judge = ({ iomem, expected }) => {
  if (iomem === undefined || expected.cellMemory.length === 0) return undefined;
  const title = 'Memory of the cells';
  for (const { cell, name, start, end, place } of expected.cellMemory) {
    const ram = systemRamIn(iomem, start, end);
    if (ram === undefined) continue;
    return check(
      'cell-memory',
      title,
      'blocker',
      `${name} of ${cell}, ${hex(start)}-${hex(end - 1n)}, lies in memory that Linux uses (System RAM ${entryWords(ram)}).`,
      'Reserve it with no-map in the board’s device tree, install that tree on the target and restart it.',
      place,
    );
  }
  return ok('cell-memory', title, 'All of it is kept out of Linux.');
};

export const pciWindow: Judge = ({ iomem, expected }) => {
  const { pciWindow } = expected;
  if (pciWindow === undefined || iomem === undefined) return undefined;
  const title = 'Virtual PCI window';
  const { start, end, place } = pciWindow;
  const range = `${hex(start)}-${hex(end - 1n)}`;
  const taken = systemRamIn(iomem, start, end) ?? claimedIn(iomem, start, end);
  if (taken === undefined) return ok('pci-window', title, `${range} is free.`);
  const level = taken.name === 'System RAM' ? 'blocker' : 'warning';
  return check(
    'pci-window',
    title,
    level,
    `${range} is taken by ${taken.name} (${entryWords(taken)}).`,
    'Move pci_mmconfig_base, or reserve the window with no-map in the board’s device tree.',
    place,
  );
};
