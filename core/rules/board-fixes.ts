import type { Finding, Fix } from '../source/finding.ts';
import { moveWindowFixes } from './board-memory/move-window.ts';
import type { BoardContext } from './rule.ts';

/** Fixes of rules that see no board, for those who do: where there is room only the board tells. */
const fixesByRule: ReadonlyMap<string, (context: BoardContext) => readonly Fix[]> = new Map([
  ['mmconfig-above-4g', moveWindowFixes],
  ['mmconfig-overlaps-hypervisor', moveWindowFixes],
]);

/** The finding with the fixes that the board makes possible; made when somebody asks for them. */
export function withBoardFixes(finding: Finding, context: () => BoardContext): Finding {
  const more = fixesByRule.get(finding.rule);
  if (more === undefined || finding.severity === 'information') return finding;
  let made: readonly Fix[] | undefined;
  return Object.create(Object.getPrototypeOf(finding) as object, {
    ...Object.getOwnPropertyDescriptors(finding),
    fixes: {
      enumerable: true,
      get: () => {
        made ??= [...finding.fixes, ...more(context())];
        return made;
      },
    },
  }) as Finding;
}
