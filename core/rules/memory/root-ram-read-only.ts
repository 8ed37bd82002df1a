import { hasFlag, isCommRegion, isEmpty, isSubPage } from '../../config/memory-flags.ts';
import { addMemoryFlags } from '../../fixes/flags.ts';
import type { FileRule } from '../rule.ts';
import { regionByPhys } from '../wording.ts';

export const rootRamReadOnly: FileRule = {
  id: 'root-ram-read-only',
  title: 'RAM of the root cell cannot be written',
  severity: 'error',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['MEM-ram-missing-root'],
  prose: {
    meaning:
      'A region of the root cell has EXECUTE, so Linux runs there, but no WRITE. Error when it is larger than all that Linux can write; a smaller one may be a ROM: warning.',
    onTheBoard: 'Linux dies inside `jailhouse enable`: "Unhandled data write at ...", "Parking CPU ..." (observed).',
    remedy: 'Add JAILHOUSE_MEM_WRITE.',
  },
  bad: '/* RAM */\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_EXECUTE,',
  good: '/* RAM */\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_EXECUTE,',
  check(config, report) {
    if (config.kind !== 'system') return;
    const plain = config.memoryRegions.filter((region) => !isEmpty(region) && !isSubPage(region) && !isCommRegion(region));
    const writable = plain
      .filter((region) => hasFlag(region, 'WRITE') && !hasFlag(region, 'IO'))
      .reduce((sum, region) => sum + region.size.value, 0n);
    for (const region of plain) {
      if (!hasFlag(region, 'EXECUTE') || hasFlag(region, 'WRITE') || !hasFlag(region, 'READ') || hasFlag(region, 'IO')) continue;
      const ram = region.size.value > writable;
      report({
        span: region.flags.span,
        fixes: () => addMemoryFlags(config, region, 'WRITE'),
        severity: ram ? 'error' : 'warning',
        message: `${regionByPhys(region)} of the root cell has EXECUTE without WRITE: ${ram ? 'jailhouse enable would kill Linux at its next write' : 'if that is RAM, Linux dies at its next write to it'} ("Unhandled data write"). Add JAILHOUSE_MEM_WRITE.`,
      });
    }
  },
};
