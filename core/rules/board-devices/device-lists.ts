import type { BoardDevice } from '../../board/board.ts';
import type { RelatedPlace } from '../../source/finding.ts';
import { hex } from '../../source/numbers.ts';

const mostNamed = 4;
const mostRelated = 8;

/** `serial@7e201000, mmc@7e340000 and 3 more`. */
export function deviceNames(devices: readonly BoardDevice[]): string {
  const names = devices.slice(0, mostNamed).map(({ name }) => name);
  if (devices.length > mostNamed) return `${names.join(', ')} and ${devices.length - mostNamed} more`;
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : (names[0] ?? '');
}

/** The nodes as other culprits, with what the CPUs find them at. */
export function relatedDevices(devices: readonly BoardDevice[]): readonly RelatedPlace[] {
  return devices.slice(0, mostRelated).map((device) => {
    const [window] = device.windows;
    const interrupts = device.interrupts.map(({ intid }) => intid).join(', ');
    const parts = [window && `registers at ${hex(window.start)}`, interrupts && `INTID ${interrupts}`].filter(Boolean);
    return { span: device.span, message: `${device.name}: ${parts.join(', ')}` };
  });
}
