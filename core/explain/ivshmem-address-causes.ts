import { bdfName, ivshmemDevices, sectionsOf } from '../config/ivshmem.ts';
import type { Config, MemoryRegion } from '../config/model.ts';
import { cellName, regionByVirt } from '../rules/wording.ts';
import { addressRange, hex } from '../source/numbers.ts';
import type { Cause } from './explanation.ts';

/**
 * A guest is told the address of the state table, the three sizes and its own id, and computes the rest: the common section
 * behind the state table, the output sections behind that, all as large as the first (hypervisor/ivshmem.c:ivshmem_reset). An
 * address that it computes so, but that no region or that of another section holds, comes of a gap, another size or a wrong id.
 */
export function ivshmemAddressCauses(address: bigint, cell: Config, region: MemoryRegion | undefined): readonly Cause[] {
  return ivshmemDevices(cell).flatMap((device) => {
    const sections = sectionsOf(cell, device);
    const state = sections?.[0]?.region;
    const common = sections?.[1]?.region;
    const output = sections?.[2]?.region;
    if (sections === undefined || state === undefined || common === undefined) return [];
    const commonStart = state.virtStart.value + state.size.value;
    const outputStart = commonStart + common.size.value;
    const outputSize = output?.size.value ?? 0n;
    const id = device.shmemDevId.value;
    const own = outputStart + BigInt(id) * outputSize;
    const end = outputStart + BigInt(Math.max(id + 1, device.shmemPeers.value)) * outputSize;
    if (address < commonStart || address >= end) return [];
    const isOwn = address >= own && address < own + outputSize;
    // Where there is a region, only the own output section tells: all others may be read, and are not written.
    const actual = sections.find((section) => section.peer === id)?.region;
    if (region !== undefined && (!isOwn || region === actual || region.size.value === 0n)) return [];
    const there = region === undefined ? `${cellName(cell)} has no region there` : `what stands there is ${regionByVirt(region)}`;
    const what =
      address < outputStart
        ? `the common section ${addressRange(commonStart, common.size.value)}`
        : isOwn
          ? `the output section of this cell (id ${id}) ${addressRange(own, outputSize)}`
          : 'an output section';
    return [
      {
        title: `The guest looks for a section of the ivshmem device ${bdfName(device.bdf.value)}`,
        text: `By the sizes of the sections it expects ${what} at ${hex(address)}, and ${there}. The sections have to follow each other without a gap, output sections all have one size, and shmem_dev_id ${id} has to be below shmem_peers ${device.shmemPeers.value}.`,
        confidence: 'likely' as const,
        places: [
          { span: device.shmemDevId.span, message: `${device.path}: shmem_dev_id ${id}` },
          ...sections
            .filter(({ region }) => region.size.value > 0n)
            .map(({ role, region }) => ({ span: region.virtStart.span, message: `${role}: ${regionByVirt(region)}` })),
        ],
      },
    ];
  });
}
