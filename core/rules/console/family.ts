import type { RuleFamily } from '../rule.ts';
import { cellConsoleUnmapped } from './cell-console-unmapped.ts';
import { cellConsoleWidth } from './cell-console-width.ts';
import { consoleClockGate } from './console-clock-gate.ts';
import { consoleCrosses2m } from './console-crosses-2m.ts';
import { consoleDivider } from './console-divider.ts';
import { consoleNotMmio } from './console-not-mmio.ts';
import { consolePort } from './console-port.ts';
import { consoleSizeMissing } from './console-size-missing.ts';
import { consoleSizeShort } from './console-size-short.ts';
import { consoleTypeUnknown } from './console-type.ts';
import { virtualConsoleActive } from './virtual-console-active.ts';
import { virtualConsoleMissing } from './virtual-console-missing.ts';

export const consoleFamily: RuleFamily = {
  name: 'console',
  title: 'Consoles',
  rules: [
    cellConsoleUnmapped,
    cellConsoleWidth,
    consoleClockGate,
    consoleCrosses2m,
    consoleDivider,
    consoleNotMmio,
    consolePort,
    consoleSizeMissing,
    consoleSizeShort,
    consoleTypeUnknown,
    virtualConsoleActive,
    virtualConsoleMissing,
  ],
};
