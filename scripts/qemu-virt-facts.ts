// Writes test/board/qemu-virt.tsv: what the device tree of QEMU's arm64 machine says, as far as Jailhouse needs it. Needs qemu-system-aarch64 on the PATH.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeDtb } from '@jailhouse-cells/core/devicetree/decode-dtb.ts';
import { cellsOf, nodesBelow, pathOf, stringsOf } from '@jailhouse-cells/core/devicetree/tree-access.ts';

const machine = ['-machine', 'virt,gic-version=3,virtualization=on', '-cpu', 'cortex-a57', '-m', '1G', '-smp', '4'];
const strings = new Set(['compatible', 'device_type', 'enable-method', 'method', 'model', 'status']);
const numbers = new Set([
  '#address-cells',
  '#size-cells',
  '#interrupt-cells',
  '#redistributor-regions',
  'reg',
  'ranges',
  'phandle',
  'interrupt-parent',
  'interrupt-controller',
  'interrupts',
  'interrupt-map',
  'interrupt-map-mask',
  'linux,pci-domain',
]);

const folder = mkdtempSync(join(tmpdir(), 'qemu-virt-'));
const blob = join(folder, 'virt.dtb');
const quiet = ['-display', 'none', '-nic', 'none'];
const [name, ...options] = machine;
execFileSync('qemu-system-aarch64', [...quiet, name as string, `${options[0]},dumpdtb=${blob}`, ...options.slice(1)], { stdio: 'ignore' });
const { tree } = decodeDtb(blob, new Uint8Array(readFileSync(blob)));
const version = execFileSync('qemu-system-aarch64', ['--version'], { encoding: 'utf8' }).split('\n')[0];
rmSync(folder, { recursive: true });
if (tree === undefined) throw new Error('QEMU wrote no device tree.');

const lines = [`# ${version}: ${machine.join(' ')}; written by scripts/qemu-virt-facts.ts`];
for (const node of nodesBelow(tree.root)) {
  if (/^\/(?:chosen|cpus\/cpu-map)/.test(pathOf(node))) continue;
  for (const property of node.properties) {
    if (strings.has(property.name)) lines.push([pathOf(node), property.name, JSON.stringify(stringsOf(property))].join('\t'));
    else if (numbers.has(property.name)) {
      const cells = cellsOf(property).map((cell) => `0x${cell.toString(16)}`);
      lines.push([pathOf(node), property.name, cells.join(' ')].join('\t'));
    }
  }
}
writeFileSync(fileURLToPath(new URL('../test/board/qemu-virt.tsv', import.meta.url)), `${lines.join('\n')}\n`);
