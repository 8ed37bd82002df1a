import type { MapBlock, MapPlace } from '@jailhouse-cells/protocol/map-messages.ts';
import { describe, expect, it } from 'vitest';
import { blocksAtCaret, configOf } from '../../client/map-sources.ts';

const place = (uri: string, line: number, character: number, endLine: number, endCharacter: number): MapPlace => ({
  uri,
  line,
  character,
  endLine,
  endCharacter,
});
const block = (id: string, at: MapPlace | undefined, whole?: MapPlace): MapBlock => ({
  id,
  kind: 'cell-ram',
  name: id,
  start: '0x0',
  end: '0x1000',
  size: '4 KiB',
  other: undefined,
  flags: [],
  owner: '',
  place: at,
  ...(whole !== undefined && { whole }),
  link: undefined,
  reachable: true,
});
const map = (...blocks: MapBlock[]) => ({ lanes: [{ id: 'root', title: 'root', kind: 'root' as const, blocks }] });

describe('blocks at the caret', () => {
  const lanes = map(
    block('value', place('a.c', 3, 16, 3, 26), place('a.c', 2, 2, 6, 3)),
    block('around', undefined, place('a.c', 0, 0, 20, 1)),
    block('elsewhere', place('b.c', 3, 16, 3, 26)),
  );
  it.each([
    ['a.c', 3, 20, ['value']],
    ['a.c', 3, 26, ['value']],
    ['a.c', 5, 0, ['value']],
    ['a.c', 6, 4, ['around']],
    ['a.c', 10, 0, ['around']],
    ['a.c', 30, 0, []],
    ['b.c', 3, 16, ['elsewhere']],
    ['c.c', 3, 16, []],
  ])('%s, line %i, column %i', (uri, line, character, ids) => {
    expect(blocksAtCaret(lanes, { uri, line, character })).toEqual(ids);
  });

  it('are all that have the same source', () => {
    const at = place('a.c', 3, 16, 3, 26);
    expect(blocksAtCaret(map(block('ecam', at), block('mmio', at)), { uri: 'a.c', line: 3, character: 17 })).toEqual(['ecam', 'mmio']);
  });
});

describe('the config of a lane', () => {
  it('is the C file that most of its blocks are written in', () => {
    const inHeader = block('a', place('common.h', 0, 0, 0, 1));
    const inCell = block('b', place('cell.c', 0, 0, 0, 1), place('cell.c', 0, 0, 4, 1));
    expect(configOf([inHeader, inHeader, inCell])).toBe('cell.c');
    expect(configOf([inHeader])).toBeUndefined();
  });
});
