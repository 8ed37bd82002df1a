import type { RuleFamily } from '../rule.ts';
import { architectureMismatch } from './architecture-mismatch.ts';
import { architectureMissing } from './architecture-missing.ts';
import { arrayCounterMismatch } from './array-counter-mismatch.ts';
import { arrayCounterMissing } from './array-counter-missing.ts';
import { arrayOrder } from './array-order.ts';
import { arrayPartlyFilled } from './array-partly-filled.ts';
import { cellSignature } from './cell-signature.ts';
import { cellsShareName } from './cells-share-name.ts';
import { configFileSize } from './config-file-size.ts';
import { configRevision } from './config-revision.ts';
import { configTooLarge } from './config-too-large.ts';
import { messageTimeoutUnit } from './message-timeout-unit.ts';
import { nameEmpty } from './name-empty.ts';
import { nameIsNumber } from './name-is-number.ts';
import { nameTakenByRoot } from './name-taken-by-root.ts';
import { nameTooLong } from './name-too-long.ts';
import { nameTooWide } from './name-too-wide.ts';
import { severalObjects } from './several-objects.ts';
import { structNotPacked } from './struct-not-packed.ts';
import { systemSignature } from './system-signature.ts';

export const headerFamily: RuleFamily = {
  name: 'header',
  title: 'Header, counters and shape of the source',
  rules: [
    architectureMismatch,
    architectureMissing,
    arrayCounterMismatch,
    arrayCounterMissing,
    arrayOrder,
    arrayPartlyFilled,
    cellSignature,
    cellsShareName,
    configFileSize,
    configRevision,
    configTooLarge,
    messageTimeoutUnit,
    nameEmpty,
    nameIsNumber,
    nameTakenByRoot,
    nameTooLong,
    nameTooWide,
    severalObjects,
    structNotPacked,
    systemSignature,
  ],
};
