import { linuxUse } from '../../board/linux-use.ts';
import { Coverage, overlaps } from '../../config/address-window.ts';
import type { BoardRule } from '../rule.ts';
import { variantsWhere } from '../variants.ts';
import { rangeText } from '../wording.ts';
import { virtualPciRange } from './claims.ts';
import { moveWindowFixes } from './move-window.ts';
import { reserveFixes } from './reserve-fixes.ts';

export const pciWindowInRam: BoardRule = {
  id: 'pci-window-in-ram',
  title: 'Virtual PCI window in RAM',
  severity: 'error',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['PCI-mmcfg-ram', 'BRD-reserve'],
  prose: {
    meaning:
      'The virtual PCI host takes 1 MiB of addresses from `pci_mmconfig_base`, and right behind it two pages for each ivshmem device of the root cell. Linux has to be kept out of them: no RAM may be there, or a node of `/reserved-memory` with `no-map` covers all of it, or `mem=` cuts it away. Where the RAM size of the board is not stated, the finding names the sizes that it holds for; stating `"ram"` in jailhouse.json narrows it. Where no device tree of the board is known, a reservation may be there: warning.',
    onTheBoard:
      'Linux refuses the window ("can\'t claim ECAM area ...: address conflict with System RAM") and the root cell has no virtual PCI devices, or enabling Jailhouse takes RAM away that Linux uses, and the board freezes. Seen on Raspberry Pi 4 with 4 GB and 8 GB of RAM and a window at 0xe0000000 (driver/pci.c:create_vpci_of_overlay; upstream moved the window to 0xff900000 for that reason).',
    remedy:
      'Reserve the window in the board\'s device tree with `no-map`, or move `pci_mmconfig_base` to addresses below 4 GiB where neither RAM nor a device is. State `"ram"` in jailhouse.json where the configs are for one board only.',
  },
  bad: '/* RAM is there on boards with 4 GB and more */\n.pci_mmconfig_base = 0xe0000000,',
  good: '.pci_mmconfig_base = 0xff900000,',
  check(context, report) {
    const { board, system, member } = context;
    const base = system.system?.pciMmconfigBase;
    const range = virtualPciRange(system);
    if (member !== system || base === undefined || range === undefined) return;
    const use = linuxUse(board);
    if (!use.sure && board.kind === 'qemu-arm64') return;
    const on = variantsWhere(board, (variant) => use.inUse(variant, range).length > 0);
    if (on === undefined) return;
    const known = board.reserved !== undefined;
    const used = new Coverage(on.variants.flatMap((variant) => use.inUse(variant, range))).ranges;
    const where =
      used.length === 1 && used[0]?.start === range.start && used[0].size === range.size ? '' : `, in ${used.map(rangeText).join(', ')}`;
    const banks = on.variants.flatMap(({ linux }) => linux.filter((bank) => overlaps(bank, range)));
    const [bank] = banks;
    const covering = (board.reserved ?? []).filter((reserved) => overlaps(reserved, range));
    report({
      span: base.span,
      severity: known && use.sure ? 'error' : 'warning',
      message: `The virtual PCI window ${rangeText(range)} collides with RAM${on.text}${where}: Linux refuses the window there, and the virtual PCI devices do not show up or the board freezes. ${
        known
          ? `No reservation with no-map keeps Linux out of it${covering.length === 0 ? '' : ' completely'}.${use.sure ? '' : ' Only a mem= on the command line could have cut it away, which is not known.'}`
          : 'Whether the device tree of the board reserves it is not known: name the tree in jailhouse.json.'
      } Reserve it, or move the window below 4 GiB to where no RAM is.`,
      related: [
        ...(bank === undefined ? [] : [{ span: bank.span, message: `RAM ${rangeText(bank)}${on.text}` }]),
        ...covering.map((reserved) => ({
          span: reserved.span,
          message: `${reserved.name} reserves ${rangeText(reserved)}${reserved.noMap ? '' : ' without no-map'}`,
        })),
      ],
      fixes: () => [
        ...reserveFixes(context, range, 'jailhouse-pci').map((fix) => ({ ...fix, needsChoice: true })),
        ...moveWindowFixes(context),
      ],
    });
  },
};
