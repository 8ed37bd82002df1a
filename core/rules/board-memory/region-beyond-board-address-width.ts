import { isCommRegion, isEmpty } from '../../config/memory-flags.ts';
import { hex } from '../../source/numbers.ts';
import type { BoardRule } from '../rule.ts';
import { cellName } from '../wording.ts';

/** From this many bits on the hypervisor's page tables have room for every address that it translates (arm64/paging.h). */
const fullWidth = 44;

export const regionBeyondBoardAddressWidth: BoardRule = {
  id: 'region-beyond-board-address-width',
  title: "Region beyond the addresses of the board's CPUs",
  severity: 'error',
  scope: 'board',
  arch: ['arm64'],
  catalogue: ['MEM-ipa-width', 'MEM-phys-width'],
  prose: {
    meaning:
      'The CPUs of the board have fewer address bits than the region needs: 40 on a Cortex-A53, 44 on a Cortex-A57 or A72. Guest addresses beyond them break the page tables of the hypervisor where the CPUs have less than 44 bits. Physical addresses beyond them lead nowhere: a warning. What no arm64 processor reaches is the matter of region-beyond-address-space, which needs no board.',
    onTheBoard:
      'With less than 44 bits the hypervisor writes behind the root table of the cell into memory of its page pool, and the board dies at enable or create. A physical address that does not exist ends in an external abort (arm64/paging.h, arm-common/paging.c).',
    remedy: 'Correct the address; a digit too many is the usual reason.',
  },
  bad: '/* Cortex-A53: 40 bits */\n.virt_start = 0x20000000000,',
  good: '.virt_start = 0x2000000000,',
  check({ board, member }, report) {
    const bits = board.addressBits;
    if (bits === undefined || bits >= fullWidth) return;
    const limit = 1n << BigInt(bits);
    const [cpu] = board.cpus ?? [];
    for (const region of member.memoryRegions) {
      if (isEmpty(region)) continue;
      for (const [field, name] of [[region.virtStart, 'guest'] as const, [region.physStart, 'physical'] as const]) {
        const end = field.value + region.size.value;
        if (end <= limit || end > 1n << 48n) continue;
        if (name === 'physical' && (isCommRegion(region) || field.value === region.virtStart.value)) continue;
        report({
          span: field.span,
          severity: name === 'guest' ? 'error' : 'warning',
          message: `${region.path} of ${cellName(member)} ends at ${hex(end)}, but the CPUs of ${board.name} have ${bits} bits of addresses, up to ${hex(limit - 1n)}: ${
            name === 'guest'
              ? 'the hypervisor would damage its own page tables'
              : 'nothing is there, and an access ends in an external abort'
          }. Correct the ${name} address ${hex(field.value)}.`,
          related: cpu === undefined ? [] : [{ span: cpu.span, message: `CPUs of the board: ${cpu.compatible}` }],
        });
      }
    }
  },
};
