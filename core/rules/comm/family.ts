import type { RuleFamily } from '../rule.ts';
import { commRegionAddress } from './comm-region-address.ts';
import { commRegionFlags } from './comm-region-flags.ts';
import { commRegionHidden } from './comm-region-hidden.ts';
import { commRegionMissing } from './comm-region-missing.ts';
import { commRegionRepeated } from './comm-region-repeated.ts';
import { commReplyAwaitedForever } from './comm-reply-awaited-forever.ts';

export const commFamily: RuleFamily = {
  name: 'comm',
  title: 'Communication region',
  rules: [commRegionAddress, commRegionFlags, commRegionHidden, commRegionMissing, commRegionRepeated, commReplyAwaitedForever],
};
