import { hasFlag } from '../../config/memory-flags.ts';
import { encodeDtb } from '../../devicetree/encode-dtb.ts';
import type { DeviceTree } from '../../devicetree/model.ts';
import { addressRange, hex, humanSize } from '../../source/numbers.ts';
import { aarch32Flag } from '../loading/aarch32-above-4g.ts';
import { isLinuxRam } from '../loading/linux-shape.ts';
import type { GuestImage, GuestRule } from '../rule.ts';
import { regionByVirt, relatedRegion } from '../wording.ts';

const page = 0x1000n;

/** What `jailhouse cell linux` does per architecture (tools/jailhouse-cell-linux: kernel_alignment, default_decompression_factor). */
const layouts = { arm64: { alignment: 0x200000n, factor: 1n }, arm: { alignment: 0x1000n, factor: 4n } } as const;

export const guestImagesTooLarge: GuestRule = {
  id: 'guest-images-too-large',
  title: 'Kernel, device tree and initrd do not fit into the RAM',
  severity: 'error',
  scope: 'guest',
  arch: ['arm64', 'arm'],
  catalogue: ['LIN-ram-size', 'LIN-initrd-fit'],
  prose: {
    meaning:
      '`jailhouse cell linux` wants one region of RAM that holds the device tree, the kernel, and with an initrd the size of the kernel once more (four times on 32-bit ARM), rounded and aligned. The initrd goes behind that, but its own size is not counted: it may run past the end. Checked for the files that `jailhouse.json` names, as far as they are there; of a packed kernel its packed size counts, so that the real need is larger. The offset of the kernel in its header is not known here and counts as 0.',
    onTheBoard:
      '"No space found to load all images"; for an initrd that runs past the end "OSError: [Errno 22] Invalid argument" (tools/jailhouse-cell-linux, driver/cell.c:load_image).',
    remedy: 'Enlarge the RAM of the cell, or take smaller files.',
  },
  bad: '/* RAM of the cell: 16 MiB; "kernel": "Image" has 30 MiB */\n.size = 0x1000000,',
  good: '.size = 0x8000000,',
  check({ tree, cell, kernel, initrd }, report) {
    if (kernel?.size === undefined || kernel.size === 0n) return;
    const { alignment, factor } = layouts[cell.arch === 'arm' || (cell.cell.flags.value & aarch32Flag) !== 0 ? 'arm' : 'arm64'];
    const own = up(kernel.size, page);
    const behind = initrd === undefined ? own : own * (1n + factor);
    const blob = up(blobSize(tree), page) + page;
    const need = behind + alignment + blob + 0x2000n;
    const ram = cell.memoryRegions.filter(isLinuxRam);
    const chosen = ram.find((region) => region.size.value >= need);
    const largest = ram.reduce<(typeof ram)[number] | undefined>(
      (a, b) => (a !== undefined && a.size.value >= b.size.value ? a : b),
      undefined,
    );
    // Without any RAM for Linux, linux-ram-flags has the word.
    if (largest === undefined) return;
    if (chosen === undefined) {
      report({
        span: kernel.span,
        message: `The kernel (${humanSize(kernel.size)}) needs at least ${hex(need)} (${humanSize(need)}) of RAM in one region${initrd === undefined ? '' : ', half of it for unpacking before the initrd'}, but the largest of the cell is ${regionByVirt(largest)}: jailhouse cell linux would say "No space found to load all images". Enlarge it.`,
        related: [relatedRegion(largest, 'virt')],
      });
      return;
    }
    if (initrd?.size === undefined || !hasFlag(chosen, 'LOADABLE')) return;
    const start = chosen.virtStart.value;
    const blobAt = start === 0n ? 0x2000n : start;
    const initrdAt = up(blobAt + blob, alignment) + behind;
    const end = start + chosen.size.value;
    if (initrdAt + initrd.size <= end) return;
    report({
      span: initrd.span,
      message: `The initrd (${humanSize(initrd.size)}) would stand at ${addressRange(initrdAt, initrd.size)} or higher, but ${regionByVirt(chosen)} ends at ${hex(end)}: jailhouse cell linux would end with "Invalid argument". Enlarge the region by ${humanSize(initrdAt + initrd.size - end)} or more.`,
      related: [relatedRegion(chosen, 'virt'), imageOf(kernel)],
    });
  },
};

function imageOf(kernel: GuestImage) {
  return { span: kernel.span, message: `the kernel in front of it has ${humanSize(kernel.size ?? 0n)}` };
}

function up(value: bigint, to: bigint): bigint {
  return ((value + to - 1n) / to) * to;
}

/** Bytes of the blob, without the names of labels that dtc leaves out unless it is asked for them. */
function blobSize(tree: DeviceTree): bigint {
  const { root } = tree;
  const children = root.children.filter(({ name }) => name !== '__symbols__');
  return BigInt(encodeDtb({ ...tree, root: { ...root, children } }).length);
}
