import { hex } from '../source/numbers.ts';
import type { MemoryMapReading } from '../workspace/memory-maps.ts';
import { mapDescription } from './json.ts';
import { mapMarkdown } from './markdown.ts';
import type { MapPlaces } from './places.ts';
import { mapSvg } from './svg.ts';

export type MapForm = 'svg' | 'markdown' | 'json';

/** The maps of systems as the JSON text of `jailhouse-cells map --json`. */
export function mapJson(readings: readonly MemoryMapReading[], places: MapPlaces): string {
  const maps = readings.map((reading) => mapDescription(reading, places));
  return `${JSON.stringify({ version: 1, maps }, (_, part: unknown) => (typeof part === 'bigint' ? hex(part) : part), 2)}\n`;
}

/** The text of a file with the map of one system. */
export function mapFile(reading: MemoryMapReading, form: MapForm, places: MapPlaces): string {
  if (form === 'svg') return mapSvg(reading, places);
  return form === 'markdown' ? mapMarkdown(reading, places) : mapJson([reading], places);
}
