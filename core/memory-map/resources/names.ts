import { bdfName } from '../../config/ivshmem.ts';

/** `0001:00:0e.0`: domain, bus, device, function, as Linux names it. */
export function functionName({ domain, bdf }: { readonly domain: number; readonly bdf: number }): string {
  return `${domain.toString(16).padStart(4, '0')}:${bdfName(bdf)}`;
}
