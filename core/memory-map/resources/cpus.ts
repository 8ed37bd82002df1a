import type { Board } from '../../board/board.ts';
import { cpusOf } from '../../config/cpu-list.ts';
import type { Config, CpuSet } from '../../config/model.ts';
import { holdersOf, type Member, type Members } from './members.ts';
import { type CpuRow, mostRows, type ResourceClaim } from './model.ts';

/** The CPUs of the board and those that configs name. */
export function cpuRows(members: Members, board: Board | undefined): readonly CpuRow[] {
  const claims = new Map<number, ResourceClaim[]>();
  for (const member of members.all) {
    for (const cpu of cpusOf(member.config.cpus.value).slice(0, mostRows)) {
      const list = claims.get(cpu) ?? [];
      list.push(claimOf(member, cpu));
      claims.set(cpu, list);
    }
  }
  const fitted = board?.cpus && new Map(board.cpus.map((cpu) => [cpu.index, cpu]));
  const numbers = [...new Set([...(fitted?.keys() ?? []), ...claims.keys()])].sort((a, b) => a - b);
  return numbers.slice(0, mostRows).map((cpu) => {
    const own = fitted?.get(cpu);
    const isMissing = fitted !== undefined && own === undefined;
    return {
      id: `cpu:${cpu}`,
      cpu,
      onBoard: fitted && own !== undefined,
      claims: claims.get(cpu) ?? [],
      // Nobody has a CPU that is not there, whatever the configs say.
      holders: isMissing ? [] : holdersOf(members, ({ cpus }) => ((cpus >> BigInt(cpu)) & 1n) === 1n),
      places: own === undefined ? [] : [own.span],
      findings: [],
    };
  });
}

function claimOf({ lane, owner, config }: Member, cpu: number): ResourceClaim {
  const word = wordOf(config, cpu);
  return { lane, owner, field: word?.path ?? 'cpus', span: word?.span ?? config.cpus.span };
}

function wordOf({ cpus }: Config, cpu: number): CpuSet['words'][number] | undefined {
  const size = cpus.words[0]?.size ?? 8;
  return cpus.words[Math.floor(cpu / (8 * size))];
}
