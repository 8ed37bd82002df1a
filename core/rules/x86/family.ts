import type { RuleFamily } from '../rule.ts';
import { cacheOfRoot } from './cache-of-root.ts';
import { cacheOnArm } from './cache-on-arm.ts';
import { cacheRegion } from './cache-region.ts';
import { ioapicPinBase } from './ioapic-pin-base.ts';
import { noInterceptedRegion } from './no-intercepted-region.ts';
import { pioNotInRoot } from './pio-not-in-root.ts';
import { pioPciConfigPorts } from './pio-pci-config-ports.ts';
import { pioRange } from './pio-range.ts';
import { regionCoversApic } from './region-covers-apic.ts';
import { testDeviceWithoutCommRegion } from './test-device-without-comm-region.ts';
import { vtdInterruptLimit } from './vtd-interrupt-limit.ts';
import { vtdUnitMissing } from './vtd-unit-missing.ts';
import { vtdUnitSize } from './vtd-unit-size.ts';
import { x86ResetAddress } from './x86-reset-address.ts';

export const x86Family: RuleFamily = {
  name: 'x86',
  title: 'x86',
  rules: [
    cacheOfRoot,
    cacheOnArm,
    cacheRegion,
    ioapicPinBase,
    noInterceptedRegion,
    pioNotInRoot,
    pioPciConfigPorts,
    pioRange,
    regionCoversApic,
    testDeviceWithoutCommRegion,
    vtdInterruptLimit,
    vtdUnitMissing,
    vtdUnitSize,
    x86ResetAddress,
  ],
};
