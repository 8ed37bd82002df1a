import { ConfigBytes } from '../../machine/config-bytes.ts';
import { memory, readDescription, readSystem } from '../../machine/layout.ts';
import { type ByteText, fromMachine } from '../byte-text.ts';
import { openFile } from '../kernel/opening.ts';
import type { Process } from '../kernel/process.ts';
import { complain, print, readAll, reasonOf } from '../kernel/streams.ts';
import { checkHelp } from './jailhouse-usage.ts';

export async function hardwareCheck(process: Process): Promise<number> {
  await complain(process, 'Unsupported architecture');
  return 1;
}

/** `jailhouse config check`, as far as it looks at memory: each pair of overlapping regions inside a cell, and the hypervisor's memory. */
export async function configCheck(process: Process, args: readonly ByteText[]): Promise<number> {
  if (args.includes('-h') || args.includes('--help')) {
    await print(process, checkHelp);
    return 0;
  }
  if (args.length === 0) {
    await complain(
      process,
      'usage: jailhouse config check [-h] SYSCONFIG [CELLCONFIG ...]\njailhouse config check: error: the following arguments are required: SYSCONFIG, CELLCONFIG',
    );
    return 2;
  }
  const contents: Uint8Array[] = [];
  for (const path of args) {
    try {
      const file = openFile(process, path, 'read');
      contents.push(await readAll(process, file));
      file.release();
    } catch (error) {
      await complain(process, `${reasonOf(error)}`);
      return 1;
    }
  }
  const [systemBytes, ...cellBytes] = contents as [Uint8Array, ...Uint8Array[]];
  if (String.fromCharCode(...systemBytes.subarray(0, 5)) !== 'JHSYS') {
    await complain(process, `Not a root cell configuration: ${args[0]}`);
    return 1;
  }
  const system = readSystem(new ConfigBytes(systemBytes));
  const cells = [system.root, ...cellBytes.map((bytes) => readDescription(new ConfigBytes(bytes), 0))];
  await print(
    process,
    `Reading configuration set:\n  Architecture:  arm64\n  Root cell:     ${fromMachine(system.root.name)} (${args[0]})\n`,
  );
  for (const [index, cell] of cells.slice(1).entries())
    await print(process, `  Non-root cell: ${fromMachine(cell.name)} (${args[index + 1]})\n`);
  let status = 0;
  const { phys, size } = system.hypervisorMemory;
  const inside: ByteText[] = [];
  const withHypervisor: ByteText[] = [];
  for (const cell of cells) {
    for (const [index, region] of cell.regions.entries()) {
      const title = `\n\nIn cell '${fromMachine(cell.name)}', region ${index}\n`;
      for (const [later, other] of cell.regions.slice(index + 1).entries()) {
        const kinds = [
          ...(overlap(region.phys, region.size, other.phys, other.size) && (region.flags & memory.commRegion) === 0n ? ['physically'] : []),
          ...(overlap(region.virt, region.size, other.virt, other.size) ? ['virtually'] : []),
        ];
        if (kinds.length > 0) inside.push(`${title}${kinds.join(' and ')} overlaps with region ${index + later + 1}`);
      }
      if ((region.flags & memory.commRegion) === 0n && overlap(region.phys, region.size, phys, size))
        withHypervisor.push(`${title}overlaps with hypervisor memory region`);
    }
  }
  for (const [name, found] of [
    ['Overlapping memory regions inside cell:', inside],
    ['Overlapping memory regions with hypervisor:', withHypervisor],
  ] as const) {
    await print(process, `${name}${found.length === 0 ? ' None\n' : `${found.join('')}\n\n`}`);
    if (found.length > 0) status = 1;
  }
  await print(process, 'Missing resource interceptions for architecture arm64: None\n');
  return status;
}

function overlap(a: bigint, aSize: bigint, b: bigint, bSize: bigint): boolean {
  return a < b + bSize && b < a + aSize;
}
