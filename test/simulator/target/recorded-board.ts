import { qemuArm64 } from '@jailhouse-cells/simulator/machine/boards.ts';
import { createMachine } from '@jailhouse-cells/simulator/machine/create-machine.ts';
import { gicDemo } from '@jailhouse-cells/simulator/machine/stand-ins.ts';
import { createTarget, type TargetAtHand, type TargetOptions } from '@jailhouse-cells/simulator/target/create.ts';
import { exampleCell } from '../machine/example-cells.ts';

function changed(bytes: Uint8Array, change: (copy: DataView) => void): Uint8Array {
  const copy = Uint8Array.from(bytes);
  change(new DataView(copy.buffer));
  return copy;
}

export const rootConfig = exampleCell('qemu-arm64/configs/qemu-arm64.c');
export const demoConfig = exampleCell('qemu-arm64/configs/qemu-arm64-inmate-demo.c');
export const linuxConfig = exampleCell('qemu-arm64/configs/qemu-arm64-linux-demo.c');
/** RAM of the bare-metal cell: description, CPU set, six regions. */
const ram = 132 + 8 + 6 * 32;

/** A tree with nothing but the sizes of its cells: `cell linux` fills in the rest. */
export const guestTree = Buffer.from(
  'd00dfeed00000094000000380000006c000000280000001100000010000000000000002800000034' +
    '00000000000000000000000000000000' +
    '0000000100000000000000030000000400000000000000020000000300000004' +
    '0000000f00000002000000020000000900000000' +
    '23616464726573732d63656c6c730023 73697a652d63656c6c7300'.replaceAll(' ', ''),
  'hex',
);

/** An arm64 kernel in form: `Image` with its header, text offset 0. */
export function kernelImage(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(16, BigInt(size), true);
  bytes.set(Buffer.from('ARM\x64', 'latin1'), 56);
  return bytes;
}

export const recordedFiles: Readonly<Record<string, string | Uint8Array>> = {
  '/root/jh/qemu-arm64.cell': rootConfig,
  '/root/jh/qemu-arm64-inmate-demo.cell': demoConfig,
  '/root/jh/qemu-arm64-linux-demo.cell': linuxConfig,
  '/root/jh/broken/root-revision.cell': changed(rootConfig, (view) => view.setUint16(6, 13, true)),
  '/root/jh/broken/root-arch.cell': changed(rootConfig, (view) => view.setUint8(5, 0)),
  '/root/jh/broken/cell-revision.cell': changed(demoConfig, (view) => view.setUint16(6, 13, true)),
  '/root/jh/broken/cell-arch.cell': changed(demoConfig, (view) => view.setUint8(5, 0)),
  '/root/jh/broken/cell-unaligned.cell': changed(demoConfig, (view) => view.setBigUint64(ram + 16, 0x10800n, true)),
  '/root/jh/broken/cell-overlap-hv.cell': changed(demoConfig, (view) => view.setBigUint64(ram, 0x7fc00000n, true)),
  '/root/jh/missing-high.cell': changed(rootConfig, (view) => view.setUint16(488, 0x7fff, true)),
  '/root/jh/gic-demo.bin': new Uint8Array(23000).fill(1),
  '/root/jh/gic-demo.bin.profile.json': JSON.stringify(gicDemo),
  '/root/jh/Image': kernelImage(8 << 20),
  '/root/jh/inmate-qemu-arm64.dtb': guestTree,
  '/root/jh/inmate-initrd.gz': new Uint8Array(200_000).fill(2),
};

/** The board of the records. */
export function recordedBoard(options: Partial<TargetOptions> = {}): TargetAtHand {
  return createTarget({
    board: qemuArm64({ cpus: 16 }),
    machine: createMachine,
    user: { name: 'dev', uid: 1000, sudo: true },
    hostname: 'qemu-arm64',
    ...options,
    files: { ...recordedFiles, ...options.files },
  });
}

/** As root in the folder of the records, from the login. */
export function asRoot(argv: string): string {
  return `exec sudo -n sh -c ${quoted(`cd /root/jh\n${argv}`)}`;
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
