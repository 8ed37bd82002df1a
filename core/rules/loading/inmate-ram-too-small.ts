import { hasFlag } from '../../config/memory-flags.ts';
import { hex, humanSize } from '../../source/numbers.ts';
import type { FileRule } from '../rule.ts';
import { regionByVirt } from '../wording.ts';
import { isForLinux, loaderRegion, resetAddress } from './linux-shape.ts';

/** linux-loader.bin of upstream: page directory, code, stack and heap reach to 0x7000 (inmates/tools/arm-common). */
const loaderNeeds = 0x7000n;
/** Upstream's bare-metal demos: image to 0x6200, stack to 0x8000, page tables behind it (inmates/lib/arm64). */
const inmateNeeds = 0x9000n;

export const inmateRamTooSmall: FileRule = {
  id: 'inmate-ram-too-small',
  title: 'Too little memory at the start address',
  severity: 'error',
  scope: 'file',
  arch: ['arm64', 'arm'],
  catalogue: ['LOAD-inmate-base', 'LIN-loader-region'],
  prose: {
    meaning:
      'The loader of `jailhouse cell linux` takes 28 KiB at `cpu_reset_address`, and the region there needs WRITE as well. Programs of the inmate library take 36 KiB, linked to address 0. In a cell shaped for Linux less is an error; otherwise the guest may be smaller: warning. 64 KiB is customary.',
    onTheBoard:
      'The guest dies where its memory ends: "Unhandled data write at ...", or the image does not fit and load answers "Invalid argument" (inmates/lib, driver/cell.c:load_image).',
    remedy: 'Make the region 0x10000 (64 KiB).',
  },
  bad: '/* RAM */ {\n\t.virt_start = 0x0,\n\t.size = 0x4000,',
  good: '/* RAM */ {\n\t.virt_start = 0x0,\n\t.size = 0x10000,',
  check(config, report) {
    const region = config.kind === 'cell' ? loaderRegion(config) : undefined;
    if (region === undefined || !hasFlag(region, 'WRITE')) return;
    const linux = isForLinux(config);
    const least = linux ? loaderNeeds : inmateNeeds;
    const address = resetAddress(config);
    // Only programs of the inmate library are known, and they are linked to 0.
    if (!linux && address !== 0n) return;
    let end = region.virtStart.value + region.size.value;
    // Regions that follow on at once count as well.
    for (const next of config.memoryRegions) if (next.virtStart.value === end && hasFlag(next, 'WRITE')) end += next.size.value;
    const room = end - address;
    if (room >= least) return;
    report({
      span: region.size.span,
      severity: linux ? 'error' : 'warning',
      message: `${regionByVirt(region)} leaves ${hex(room)} (${humanSize(room)}) behind the start address ${hex(address)}; ${linux ? 'the loader of jailhouse cell linux' : 'a program of the inmate library'} takes ${hex(least)} (${humanSize(least)}) and would die at its end. Set .size = 0x10000.`,
    });
  },
};
