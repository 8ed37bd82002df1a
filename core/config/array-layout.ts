import type { ArrayKind, Config, ConfigArray } from './model.ts';

/** Bytes that the descriptor announces for an array. */
export function announcedBytes(array: ConfigArray): number {
  return array.counter.value * array.unitSize;
}

/** Bytes that the source declares for an array; 0 when it declares none. */
export function declaredBytes(array: ConfigArray): number {
  return array.member?.size ?? 0;
}

/**
 * The size of a config by its own counters: descriptor and arrays. It is what driver and hypervisor believe
 * (jailhouse_cell_config_size), however long the file is.
 */
export function announcedSize(config: Config): number {
  return descriptorEnd(config) + config.arrays.reduce((sum, array) => sum + announcedBytes(array), 0);
}

/** Offset behind the descriptor, where the first array stands. */
export function descriptorEnd(config: Config): number {
  const header = config.shape?.members[0];
  if (header !== undefined) return header.offset + header.size;
  // The console has been the descriptor's last part since revision 10, the oldest that is decoded.
  const last = config.cell.console?.clockReg ?? config.cell.msgReplyTimeout ?? config.cell.vpciIrqBase;
  return last.offset + last.size;
}

/** True when the source declares members that the hypervisor does not walk: then the layout is not ours to judge. */
export function hasForeignMembers(config: Config): boolean {
  return config.shape?.members.slice(1).some((member) => member.kind === undefined && member.size > 0) ?? false;
}

/** The arrays that the source declares with at least one byte, in declaration order. */
export function declaredOrder(config: Config): readonly ArrayKind[] {
  return (config.shape?.members ?? []).flatMap((member) => (member.kind !== undefined && member.size > 0 ? [member.kind] : []));
}

/**
 * Whether the hypervisor reads every array where the source puts it, so that what the author wrote is what it gets.
 * Rules that follow from an array's content stay silent otherwise: the counter is the one mistake to report.
 */
export function isLayoutSound(config: Config): boolean {
  if (config.shape === undefined) return config.bytes.length >= announcedSize(config);
  if (config.shape.padding > 0 || hasForeignMembers(config)) return false;
  const order = declaredOrder(config);
  const walked = config.arrays.map((array) => array.kind).filter((kind) => order.includes(kind));
  if (walked.some((kind, at) => kind !== order[at])) return false;
  return config.arrays.every((array, at) => announcedBytes(array) === declaredBytes(array) || nothingFollows(config, at));
}

/** True when no array behind the one at `index` has announced elements. */
export function nothingFollows(config: Config, index: number): boolean {
  return config.arrays.slice(index + 1).every((array) => array.counter.value === 0);
}
