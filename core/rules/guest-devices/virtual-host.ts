import { mmconfigWindow } from '../../config/intercepted-windows.ts';
import type { Config, PciDevice } from '../../config/model.ts';
import { type RangeEntry, type RegEntry, rangesOf, regOf } from '../../devicetree/addresses.ts';
import type { TreeNode } from '../../devicetree/model.ts';
import type { GuestTree } from '../rule.ts';
import { reachOf } from './cell-reach.ts';
import { ecamHosts } from './guest-nodes.ts';

/** A PCI host of the guest whose configuration space the hypervisor answers for. */
export interface VirtualHost {
  readonly node: TreeNode;
  readonly reg: RegEntry;
  /** As the CPUs see it. */
  readonly address: bigint;
}

/** The enabled ECAM hosts of the tree; one whose registers lie in a region of the cell is hardware that was given to it. */
export function virtualHosts({ tree, cell }: GuestTree): readonly VirtualHost[] {
  return ecamHosts(tree).flatMap((node): readonly VirtualHost[] => {
    const [reg] = regOf(node);
    if (reg?.address === undefined) return [];
    const window = { start: reg.address, size: reg.size > 0n ? reg.size : 1n };
    return reachOf(cell).all.covers(window) ? [] : [{ node, reg, address: reg.address }];
  });
}

/** True for the host at `pci_mmconfig_base` of a system whose PCI bus exists in the hypervisor only. */
export function isPurelyVirtual(system: Config, host: VirtualHost): boolean {
  return system.system?.pciIsVirtual.value === 1 && mmconfigWindow(system)?.start === host.address;
}

/** Bytes of addresses that the BARs of a device take: the masks are 32 bits each (hypervisor/ivshmem.c:ivshmem_write_command). */
export function barBytes(device: PciDevice): bigint {
  let bytes = 0n;
  for (const mask of device.barMask) if (mask.value !== 0) bytes += BigInt.asUintN(32, -BigInt(mask.value));
  return bytes;
}

/** The memory windows of a host; I/O and configuration space are left out. */
export function memoryWindows(host: TreeNode): readonly RangeEntry[] {
  return (rangesOf(host) ?? []).filter(({ flags }) => flags !== undefined && ((flags >>> 24) & 3) >= 2);
}
