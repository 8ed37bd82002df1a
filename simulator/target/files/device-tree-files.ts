import { pciTypes, type SystemDescription } from '../../machine/layout.ts';
import { fromBytes, toBytes } from '../byte-text.ts';
import type { Linux } from '../kernel/linux.ts';
import { generated, kernelDirectory } from './cell-files.ts';
import { readFlattenedTree, type TreeNode } from './flattened-tree.ts';
import type { Directory } from './inode.ts';

const strings = (...texts: readonly string[]): Uint8Array => toBytes(texts.map((text) => `${text}\0`).join(''));

function words(...values: readonly (number | bigint)[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setUint32(4 * index, Number(value));
  return bytes;
}

const wide = (value: bigint): readonly bigint[] => [value >> 32n, value & 0xffffffffn];

/** /sys/firmware/devicetree/base from the blob; `pci@0` comes and goes with the virtual PCI host. */
export function deviceTreeDirectory(linux: Linux): Directory {
  const { deviceTree } = linux.options;
  const root = readFlattenedTree(deviceTree)?.root ?? { name: '', properties: new Map(), children: [] };
  const directory = nodeDirectory(linux, root);
  linux.driver.onChange(() => {
    const { system } = linux.driver;
    if (system === undefined || !system.pciIsVirtual) directory.entries.delete('pci@0');
    else if (!directory.entries.has('pci@0')) directory.entries.set('pci@0', nodeDirectory(linux, virtualHost(linux, system)));
  });
  return directory;
}

function nodeDirectory(linux: Linux, node: TreeNode): Directory {
  const directory = kernelDirectory(linux.booted);
  const properties = new Map(node.properties);
  if (!properties.has('name')) properties.set('name', strings(node.name.replace(/@.*$/, '')));
  for (const [name, value] of properties)
    directory.entries.set(
      name,
      generated(linux.booted, 0o444, () => fromBytes(value), undefined, value.length),
    );
  for (const child of node.children) directory.entries.set(child.name, nodeDirectory(linux, child));
  return directory;
}

/** The node that the driver adds for its virtual PCI host (`driver/pci.c`). */
function virtualHost(linux: Linux, system: SystemDescription): TreeNode {
  const base = system.mmconfigBase;
  const window = base + 0x100000n;
  const count = system.root.pci.filter(({ type }) => type === pciTypes.ivshmem).length;
  const { deviceTree } = linux.options;
  const controller = findNode(
    readFlattenedTree(deviceTree)?.root,
    (node) => node.properties.has('interrupt-controller') && node.name.match(/^(intc|interrupt-controller|gic)@/) !== null,
  );
  const number = (bytes: Uint8Array | undefined): number =>
    bytes === undefined || bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const parentCells = Array.from({ length: number(controller?.properties.get('#address-cells')) }, () => 0);
  const spi = 0;
  const edgeRising = 1;
  const map = [0, 1, 2, 3].flatMap((pin) => [
    0,
    0,
    0,
    pin + 1,
    number(controller?.properties.get('phandle')),
    ...parentCells,
    spi,
    system.root.vpciIrqBase + pin,
    edgeRising,
  ]);
  const anyDomain = 0xffff;
  return {
    name: 'pci@0',
    properties: new Map([
      ['#address-cells', words(3)],
      ['#interrupt-cells', words(1)],
      ['#size-cells', words(2)],
      ['bus-range', words(0, 0)],
      ['compatible', strings('pci-host-ecam-generic')],
      ['device_type', strings('pci')],
      ['dma-coherent', new Uint8Array()],
      ['interrupt-map', words(...map)],
      ['interrupt-map-mask', words(0, 0, 0, 7)],
      ...(system.pciDomain === anyDomain ? [] : ([['linux,pci-domain', words(system.pciDomain)]] as const)),
      ['name', strings('pci')],
      ['ranges', words(0x02000000, ...wide(window), ...wide(window), 0, count * 0x2000)],
      ['reg', words(...wide(base), 0, 0x100000)],
      ['status', strings('ok')],
    ]),
    children: [],
  };
}

function findNode(node: TreeNode | undefined, wanted: (node: TreeNode) => boolean): TreeNode | undefined {
  if (node === undefined || wanted(node)) return node;
  for (const child of node.children) {
    const found = findNode(child, wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}
