import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeDtb } from '@jailhouse-cells/core/devicetree/decode-dtb.ts';
import type { DeviceTree } from '@jailhouse-cells/core/devicetree/model.ts';
import { cellOf, stringOf } from '@jailhouse-cells/core/devicetree/tree-access.ts';
import { hex } from '@jailhouse-cells/core/source/numbers.ts';

interface Range {
  readonly start: bigint;
  readonly size: bigint;
}

/** One row of board-pairs.tsv: an upstream system config and the board that it is for. */
export interface BoardPair {
  /** The system config, relative to upstream's tree. */
  readonly system: string;
  /** `arm64/freescale/imx8mm-evk.dtb`: Debian's architecture and the path in its kernel package; `model NAME` for a built-in board. */
  readonly blob: string;
  /** RAM that the firmware writes into the tree; empty where the blob says it. */
  readonly memory: readonly Range[];
  /** What is reserved with `no-map` for Jailhouse and the cells. */
  readonly reserved: readonly Range[];
  /** What the root kernel's command line has besides the console. */
  readonly commandLine: string;
  readonly note: string;
}

export function boardPairs(): readonly BoardPair[] {
  const text = readFileSync(new URL('./board-pairs.tsv', import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((row) => {
      const [system = '', blob = '', memory = '', reserved = '', commandLine = '', note = ''] = row.split('\t');
      return { system, blob, memory: rangesIn(memory), reserved: rangesIn(reserved), commandLine, note };
    });
}

/** `0x80000000+0x40000000 …` */
function rangesIn(text: string): readonly Range[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const [start = '', size = ''] = word.split('+');
      return { start: BigInt(start), size: BigInt(size) };
    });
}

/** The `board` of a jailhouse.json, its files written into `folder`. `blob` is a path, undefined for a built-in board. */
export function writeBoard(folder: string, pair: BoardPair, blob: string | undefined): Readonly<Record<string, unknown>> {
  mkdirSync(folder, { recursive: true });
  const cmdlineTxt = join(folder, 'cmdline.txt');
  writeFileSync(cmdlineTxt, `console=ttyS0,115200 ${pair.commandLine}\n`);
  if (blob === undefined) return { model: pair.blob.replace(/^model /, ''), ram: '1GiB', cpus: 16, cmdlineTxt };
  const overlay = overlayFor(pair, blob);
  if (overlay === undefined) return { deviceTree: blob, cmdlineTxt };
  const path = join(folder, 'jailhouse.dts');
  writeFileSync(path, overlay);
  return { deviceTree: blob, overlays: [path], cmdlineTxt };
}

/** The memory that the firmware fills in, and the reservations; with paths, for these blobs have no symbols. */
function overlayFor({ memory, reserved }: BoardPair, blob: string): string | undefined {
  const { tree } = decodeDtb(blob, new Uint8Array(readFileSync(blob)));
  if (tree === undefined || (memory.length === 0 && reserved.length === 0)) return undefined;
  const addressCells = cellOf(tree.root, '#address-cells') ?? 2;
  const sizeCells = cellOf(tree.root, '#size-cells') ?? 1;
  const cells = (value: bigint, count: number): string =>
    Array.from({ length: count }, (_, at) => hex((value >> BigInt(32 * (count - 1 - at))) & 0xffffffffn)).join(' ');
  const reg = (ranges: readonly Range[]): string =>
    `reg = ${ranges.map(({ start, size }) => `<${cells(start, addressCells)} ${cells(size, sizeCells)}>`).join(', ')};`;
  const lines: string[] = [];
  if (memory.length > 0) lines.push(`${memoryNode(tree, memory)} { device_type = "memory"; ${reg(memory)} };`);
  if (reserved.length > 0) {
    lines.push(`reserved-memory { #address-cells = <${addressCells}>; #size-cells = <${sizeCells}>; ranges;`);
    for (const range of reserved) lines.push(`jailhouse@${range.start.toString(16)} { ${reg([range])} no-map; };`);
    lines.push('};');
  }
  return `/dts-v1/;\n/plugin/;\n&{/} {\n${lines.join('\n')}\n};\n`;
}

function memoryNode(tree: DeviceTree, memory: readonly Range[]): string {
  const known = tree.root.children.find((node) => stringOf(node, 'device_type') === 'memory');
  return known?.name ?? `memory@${memory[0]?.start.toString(16)}`;
}
