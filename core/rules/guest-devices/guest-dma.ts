import { property } from '../../devicetree/tree-access.ts';
import { setNumber } from '../../fixes/values.ts';
import { hex } from '../../source/numbers.ts';
import { isLinuxRam } from '../loading/linux-shape.ts';
import type { GuestRule } from '../rule.ts';
import { regionByVirt } from '../wording.ts';
import { reachOf } from './cell-reach.ts';
import { isBusMaster } from './guest-drivers.ts';
import { deviceText, type GuestDevice, guestDevices } from './guest-nodes.ts';

export const guestDma: GuestRule = {
  id: 'guest-dma',
  title: 'Device of the guest would write to other memory than meant',
  severity: 'error',
  scope: 'guest',
  arch: ['arm64', 'arm'],
  catalogue: ['DTS-dma', 'MEM-dma-nonidentity'],
  prose: {
    meaning:
      "Devices that read and write memory themselves use physical addresses, the guest's driver gives them the guest's. Without an IOMMU the two have to be the same: RAM of a cell with such a device needs `virt_start` equal to `phys_start`. Devices are known by their class (network, storage, USB, DMA) and by `dmas` or `dma-coherent`; one behind an IOMMU (`iommus`, stream ids of the cell) or on a bus with `dma-ranges` that translate is left out.",
    onTheBoard: "The device writes at the guest's address into memory of the root cell or of nobody: corruption, far away from its cause.",
    remedy: 'Give the RAM the same address in the cell as it has physically.',
  },
  bad: '/* with a network device in the tree */\n.phys_start = 0x161200000,\n.virt_start = 0xe8000000,',
  good: '.phys_start = 0x161200000,\n.virt_start = 0x161200000,',
  check({ tree, cell }, report) {
    if (cell.streamIds.length > 0) return;
    const moved = cell.memoryRegions.filter(
      (region) =>
        isLinuxRam(region) &&
        region.virtStart.value !== region.physStart.value &&
        // The loader's: Linux is not told of it.
        (region.virtStart.value > 0n || region.size.value > 0x10000n),
    );
    const [region] = moved;
    if (region === undefined) return;
    const masters = guestDevices(tree).filter((device) => isBusMaster(device) && !hasTranslation(device) && isInCell(device));
    const [master] = masters;
    if (master === undefined) return;
    report({
      span: region.virtStart.span,
      message: `RAM of the guest ${regionByVirt(region)} is physically at ${hex(region.physStart.value)}, but ${deviceText(master.node)} reads and writes memory by physical addresses: it would write to ${hex(region.virtStart.value)} of the board. Give the region the same virt_start as phys_start.`,
      related: masters.map(({ node }) => ({ span: node.span, message: `${deviceText(node)} reads and writes memory itself` })),
      fixes: () => setNumber(cell, region, region.virtStart, region.physStart.value),
    });

    function isInCell(device: GuestDevice): boolean {
      return device.windows.some((window) => reachOf(cell).all.gaps(window)[0]?.size !== window.size);
    }
  },
};

function hasTranslation({ node }: GuestDevice): boolean {
  if (property(node, 'iommus') !== undefined || property(node, 'iommu-map') !== undefined) return true;
  for (let at = node.parent; at !== undefined; at = at.parent) if ((property(at, 'dma-ranges')?.value.length ?? 0) > 0) return true;
  return false;
}
