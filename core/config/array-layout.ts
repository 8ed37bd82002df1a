import type { Config, ConfigArray } from './model.ts';

/** Bytes that the descriptor announces for an array. */
export function announcedBytes(array: ConfigArray): number {
  return array.counter.value * array.unitSize;
}

/** Bytes that the source declares for an array, in one member or several in a row; 0 when it declares none. */
export function declaredBytes(config: Config, array: ConfigArray): number {
  return (config.shape?.members ?? []).reduce((sum, member) => (member.kind === array.kind ? sum + member.size : sum), 0);
}

/** Bytes that the compiler put between the members. Padding behind the last one is ignored by everybody and not counted. */
export function paddingBetweenMembers(config: Config): number {
  let padding = 0;
  let end = 0;
  for (const member of config.shape?.members ?? []) {
    padding += Math.max(0, member.offset - end);
    end = member.offset + member.size;
  }
  return padding;
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

/** True when no array behind the one at `index` has announced elements. */
export function nothingFollows(config: Config, index: number): boolean {
  return config.arrays.slice(index + 1).every((array) => array.counter.value === 0);
}
