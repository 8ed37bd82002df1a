import type { RuleFamily } from '../rule.ts';
import { aarch32Above4g } from './aarch32-above-4g.ts';
import { aarch32SeveralCpus } from './aarch32-several-cpus.ts';
import { inmateRamTooSmall } from './inmate-ram-too-small.ts';
import { linuxRamAlignment } from './linux-ram-alignment.ts';
import { linuxRamAtZero } from './linux-ram-at-zero.ts';
import { linuxRamFlags } from './linux-ram-flags.ts';
import { loadRegionShadowed } from './load-region-shadowed.ts';
import { resetAddressUnmapped } from './reset-address-unmapped.ts';
import { resetRegionNotLoadable } from './reset-region-not-loadable.ts';

export const loadingFamily: RuleFamily = {
  name: 'loading',
  title: 'Loading and starting',
  rules: [
    aarch32Above4g,
    aarch32SeveralCpus,
    inmateRamTooSmall,
    linuxRamAlignment,
    linuxRamAtZero,
    linuxRamFlags,
    loadRegionShadowed,
    resetAddressUnmapped,
    resetRegionNotLoadable,
  ],
};
