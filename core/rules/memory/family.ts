import type { RuleFamily } from '../rule.ts';
import { cellsShareMemory } from './cells-share-memory.ts';
import { commRegionSize } from './comm-region-size.ts';
import { consoleRegionWithoutIo } from './console-region-without-io.ts';
import { ioOnMemory } from './io-on-memory.ts';
import { largeCellRam } from './large-cell-ram.ts';
import { ramNotPageAligned } from './ram-not-page-aligned.ts';
import { regionBeyondAddressSpace } from './region-beyond-address-space.ts';
import { regionIoDiffers } from './region-io-differs.ts';
import { regionPhysAlignment } from './region-phys-alignment.ts';
import { regionUnknownFlags } from './region-unknown-flags.ts';
import { regionWidthFlagsIgnored } from './region-width-flags-ignored.ts';
import { regionWithoutAccess } from './region-without-access.ts';
import { regionWithoutSize } from './region-without-size.ts';
import { regionWraps } from './region-wraps.ts';
import { regionWriteOnly } from './region-write-only.ts';
import { regionsOverlapPhysically } from './regions-overlap-physically.ts';
import { regionsOverlapVirtually } from './regions-overlap-virtually.ts';
import { rootRamReadOnly } from './root-ram-read-only.ts';
import { rootRegionNotIdentity } from './root-region-not-identity.ts';
import { subpageCrossesPage } from './subpage-crosses-page.ts';
import { subpageFlagsIgnored } from './subpage-flags-ignored.ts';
import { subpageStartUnaligned } from './subpage-start-unaligned.ts';
import { subpageWithoutIo } from './subpage-without-io.ts';
import { subpageWithoutWidth } from './subpage-without-width.ts';

export const memoryFamily: RuleFamily = {
  name: 'memory',
  title: 'Memory regions',
  rules: [
    cellsShareMemory,
    commRegionSize,
    consoleRegionWithoutIo,
    ioOnMemory,
    largeCellRam,
    ramNotPageAligned,
    regionBeyondAddressSpace,
    regionIoDiffers,
    regionPhysAlignment,
    regionUnknownFlags,
    regionWidthFlagsIgnored,
    regionWithoutAccess,
    regionWithoutSize,
    regionWraps,
    regionWriteOnly,
    regionsOverlapPhysically,
    regionsOverlapVirtually,
    rootRamReadOnly,
    rootRegionNotIdentity,
    subpageCrossesPage,
    subpageFlagsIgnored,
    subpageStartUnaligned,
    subpageWithoutIo,
    subpageWithoutWidth,
  ],
};
