import type { RuleFamily } from '../rule.ts';
import { dmaLeftToRoot } from './dma-left-to-root.ts';
import { loadableNotInRoot } from './loadable-not-in-root.ts';
import { loadableNotWritable } from './loadable-not-writable.ts';
import { loadableRootshared } from './loadable-rootshared.ts';
import { noLoadableRegion } from './no-loadable-region.ts';
import { pageOverRootSubpage } from './page-over-root-subpage.ts';
import { ramRootshared } from './ram-rootshared.ts';
import { rootRegionFlags } from './root-region-flags.ts';
import { subpageNotRootshared } from './subpage-not-rootshared.ts';

export const sharingFamily: RuleFamily = {
  name: 'sharing',
  title: 'Sharing with the root cell',
  rules: [
    dmaLeftToRoot,
    loadableNotInRoot,
    loadableNotWritable,
    loadableRootshared,
    noLoadableRegion,
    pageOverRootSubpage,
    ramRootshared,
    rootRegionFlags,
    subpageNotRootshared,
  ],
};
