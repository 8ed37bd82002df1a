import type { KnownSystem } from '@jailhouse-cells/protocol/messages.ts';

/**
 * Which system it is whose root cell has this name. Names are not unique: the system that the user looks at counts first.
 *
 * @param rootCell Undefined while the hypervisor is not enabled: then it is the system that the user looks at, or the only one.
 */
export function likeliestSystem(
  systems: readonly KnownSystem[],
  rootCell: string | undefined,
  activeUri: string | undefined,
): KnownSystem | undefined {
  const fitting = rootCell === undefined ? systems : systems.filter(({ configs }) => configs[0]?.name === rootCell);
  const open = fitting.find(({ configs }) => configs.some(({ uri }) => uri === activeUri));
  return open ?? (rootCell !== undefined || fitting.length === 1 ? fitting[0] : undefined);
}
