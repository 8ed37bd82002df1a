import { hex, humanSize } from '@jailhouse-cells/core/source/numbers.ts';
import { printable } from '@jailhouse-cells/core/source/printable.ts';
import { wrap } from '@jailhouse-cells/core/source/text-width.ts';
import { plural } from '../findings/result.ts';
import type { Style } from '../style.ts';
import { type Column, table } from '../table.ts';
import type { DescribedPoolMoment, PoolDescription } from './pool-description.ts';

/** The measured sizes that the estimate was compared with: see core/system/page-pool.ts. */
const accuracy =
  'An estimate. It was compared with what a hypervisor of revision 14 prints as "Page pool usage": upstream\'s set for the Raspberry Pi 4 and ' +
  'QEMU with 16 CPUs came out the same. Other builds and processors may differ by a few pages.';

const columns: readonly Column[] = [
  { heading: 'after' },
  { heading: 'pages', align: 'right' },
  { heading: 'size', align: 'right' },
  { heading: 'used', align: 'right' },
  { heading: '' },
];

export function poolText(pool: PoolDescription, width: number, style: Style): string {
  const { start, size } = pool.hypervisorMemory;
  const title = style.strong(`Page pool of the hypervisor, system ${printable(pool.system)} (${printable(pool.path)})`);
  const memory = `  hypervisor memory ${hex(start)}, ${humanSize(size)}`;
  if (pool.pages === undefined || pool.usable === undefined) return `${title}\n${memory}\n  No estimate: it is known for arm64 only.\n`;
  const usable = pool.usable;
  const room = `${plural(pool.pages, 'page')} behind the image; ${usable} of them can be handed out`;
  const alone = pool.together ? [] : ['No jailhouse.json says which cells run together: each is created and destroyed alone.'];
  const lines = table(
    columns,
    pool.moments.map((moment) => rowOf(moment, usable)),
    width,
  );
  const notes = [...alone, accuracy].flatMap((note) => wrap(note, Math.max(20, width - 2)).map((line) => `  ${line}`));
  return `${[title, memory, `  ${room}`, '', ...lines, '', ...notes].join('\n')}\n`;
}

function rowOf(moment: DescribedPoolMoment, usable: number): string[] {
  const { operation, cell, pages, bytes, exhausted, refused } = moment;
  const share = usable === 0 ? '-' : `${Math.round((100 * pages) / usable)} %`;
  const name = cell === undefined ? '' : ` "${printable(cell)}"`;
  const after = operation === 'early' ? 'early setup' : operation === 'enable' ? 'enable' : `${operation}${name}`;
  const note = refused !== undefined ? `refused: ${refused}` : exhausted ? 'no room: "Cannot allocate memory"' : '';
  return [after, String(pages), humanSize(bytes), share, note];
}
