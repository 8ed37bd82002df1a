import type { StreamId } from '../../config/model.ts';

/** What a stream-matching register of an MMU-500 gets: bits set in `mask` are not compared (hypervisor/arch/arm64/smmu.c). */
export interface StreamMatch {
  readonly id: number;
  readonly mask: number;
}

/** 15 bits of id in the low half, 15 bits of mask in the high half. */
export function streamMatch(stream: StreamId): StreamMatch {
  return { id: stream.id.value & 0x7fff, mask: (stream.id.value >>> 16) & 0x7fff };
}

export function matchesOverlap(a: StreamMatch, b: StreamMatch): boolean {
  return ((a.id ^ b.id) & ~(a.mask | b.mask)) === 0;
}

/** Whether `outer` matches every stream that `inner` does. */
export function matchContains(outer: StreamMatch, inner: StreamMatch): boolean {
  return (inner.mask & outer.mask) === inner.mask && ((inner.id ^ outer.id) & ~outer.mask) === 0;
}
