import type { MapBlock, MapLane, MapPlace, MemoryMapResult } from '@jailhouse-cells/protocol/map-messages.ts';

/** What a memory map says about an address that a cell used. */
export interface AddressFacts {
  /** `0xfe201000 is serial@7e201000 of the board; cell "x" has no region there` */
  readonly text: string;
  /** The text that is about it: the cell's own region first. */
  readonly place: MapPlace | undefined;
  /** A region that would give it to the cell, as an element of mem_regions; undefined where the cell has one, or where none would do. */
  readonly region: string | undefined;
}

const pageSize = 0x1000n;
/** The most that is offered as one region: a whole window of devices is no device. */
const largestDevice = 0x100_0000n;

/** @param cell Name of the cell; the address is one of the guest. */
export function addressFacts({ lanes }: Pick<MemoryMapResult, 'lanes'>, cell: string, address: bigint): AddressFacts {
  const own = lanes.find(({ kind, title }) => (kind === 'cell' || kind === 'root') && title === cell);
  const inCell = own === undefined ? undefined : smallest(own, address, guestStart);
  const owners = lanes
    .filter((lane) => lane !== own)
    .flatMap((lane) => {
      const block = smallest(lane, address, start);
      return block === undefined ? [] : [{ lane, block }];
    });
  // What a lane says of all of its memory tells less than a device does.
  const [owner] = owners.sort((a, b) => Number(size(a.block) - size(b.block) > 0n) - Number(size(a.block) - size(b.block) < 0n));
  const there = owner === undefined ? 'nothing that is known' : `${owner.block.name} of ${laneName(owner.lane)}`;
  if (inCell !== undefined) {
    const flags = inCell.flags.length === 0 ? '' : ` (${inCell.flags.join(' | ')})`;
    return { text: `${hex(address)} is in ${inCell.name} of ${cellName(cell)}${flags}`, place: inCell.place, region: undefined };
  }
  const place = owner?.block.place;
  if (own === undefined)
    return { text: `${hex(address)} is ${there}; no config of ${cellName(cell)} is open here`, place, region: undefined };
  const text = `${hex(address)} is ${there}; ${cellName(cell)} has no region there`;
  // Memory of the hypervisor and the windows that it emulates cannot be given away.
  const isRefused = owners.some(
    ({ lane, block }) => lane.kind === 'hypervisor' || ['ecam', 'ecam-mmio', 'gic', 'hypervisor', 'comm'].includes(block.kind),
  );
  // The first page is a null pointer of the guest.
  const offered = own.kind === 'cell' && !isRefused && address >= pageSize && owner !== undefined;
  return { text, place, region: offered ? regionText(owner.block, lanes, address) : undefined };
}

function regionText(block: MapBlock, lanes: readonly MapLane[], address: bigint): string {
  const isDevice = block.kind === 'device' || block.kind === 'mmio';
  const whole = isDevice && size(block) <= largestDevice;
  const first = ((whole ? start(block) : address) / pageSize) * pageSize;
  const end = whole ? BigInt(block.end) : address + 1n;
  const length = ((end - first + pageSize - 1n) / pageSize) * pageSize;
  const rootHasIt = lanes.some((lane) => lane.kind === 'root' && smallest(lane, address, start) !== undefined);
  const flags = ['READ', 'WRITE', ...(isDevice ? ['IO'] : []), ...(rootHasIt && isDevice ? ['ROOTSHARED'] : [])];
  return [
    `/* ${block.name.replaceAll('*/', '')} */ {`,
    `\t.phys_start = ${hex(first)},`,
    `\t.virt_start = ${hex(first)},`,
    `\t.size = ${hex(length)},`,
    `\t.flags = ${flags.map((flag) => `JAILHOUSE_MEM_${flag}`).join(' | ')},`,
    '},',
  ].join('\n');
}

/** The smallest block of a lane that holds the address. */
function smallest(lane: MapLane, address: bigint, from: (block: MapBlock) => bigint): MapBlock | undefined {
  return lane.blocks
    .filter((block) => address >= from(block) && address < from(block) + size(block))
    .sort((a, b) => Number(size(a) > size(b)) - Number(size(a) < size(b)))[0];
}

function start(block: MapBlock): bigint {
  return BigInt(block.start);
}

/** A map of physical addresses has the guest's beside them where they differ. */
function guestStart({ start: physical, other }: MapBlock): bigint {
  return BigInt(other ?? physical);
}

function size({ start: first, end }: MapBlock): bigint {
  return BigInt(end) - BigInt(first);
}

function laneName({ kind, title }: MapLane): string {
  return kind === 'board' ? 'the board' : kind === 'hypervisor' ? 'the hypervisor' : cellName(title);
}

function cellName(name: string): string {
  return `cell "${name}"`;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
