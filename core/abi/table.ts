import { cellSections } from './cell.ts';
import { consoleSections } from './console.ts';
import {
  type ConstantEntry,
  type FieldEntry,
  type HeaderEntry,
  inRevision,
  type MacroEntry,
  type RecordEntry,
  type Revision,
  type Section,
} from './entry.ts';
import { memorySections } from './memory.ts';
import { pciSections } from './pci.ts';
import { pciCapabilityIdSections } from './pci-capability-ids.ts';
import { cacheAndIrqchipSections, pioSections } from './platform-devices.ts';
import { typesSections } from './scalar.ts';
import { iommuSections, systemSections } from './system.ts';

/** The headers that the table describes, by include name. */
export type HeaderName = 'jailhouse/types.h' | 'jailhouse/console.h' | 'jailhouse/pci_defs.h' | 'jailhouse/cell-config.h';

/** The table: what each header defines, in the order in which it is written. */
export const headerSections: Readonly<Record<HeaderName, readonly Section[]>> = {
  'jailhouse/types.h': typesSections,
  'jailhouse/console.h': consoleSections,
  'jailhouse/pci_defs.h': pciCapabilityIdSections,
  'jailhouse/cell-config.h': [
    ...cellSections,
    ...memorySections,
    ...cacheAndIrqchipSections,
    ...pciSections,
    ...iommuSections,
    ...pioSections,
    ...systemSections,
  ],
};

const allEntries: readonly HeaderEntry[] = Object.values(headerSections).flatMap((sections) =>
  sections.flatMap((section) => section.entries),
);

/** Everything that the headers of a revision define, in order. */
export function entriesOf(revision: Revision): readonly HeaderEntry[] {
  return allEntries.filter((entry) => inRevision(entry, revision));
}

/** Structs and unions with a tag, in the order of the header. */
export function recordsOf(revision: Revision): readonly RecordEntry[] {
  return entriesOf(revision).filter((entry) => entry.entry === 'record');
}

export function constantsOf(revision: Revision): readonly ConstantEntry[] {
  return entriesOf(revision).filter((entry) => entry.entry === 'constant');
}

export function macrosOf(revision: Revision): readonly MacroEntry[] {
  return entriesOf(revision).filter((entry) => entry.entry === 'macro');
}

/** `jailhouse_memory` and the like, without the word struct; undefined when that revision has none. */
export function findRecord(tag: string, revision: Revision): RecordEntry | undefined {
  return recordsOf(revision).find((record) => record.tag === tag);
}

export function findConstant(name: string, revision: Revision): ConstantEntry | undefined {
  return constantsOf(revision).find((constant) => constant.name === name);
}

export function findMacro(name: string, revision: Revision): MacroEntry | undefined {
  return macrosOf(revision).find((macro) => macro.name === name);
}

/** Constants whose names begin alike, such as `JAILHOUSE_MEM_` or `JAILHOUSE_CON_TYPE_`. */
export function constantsWithPrefix(prefix: string, revision: Revision): readonly ConstantEntry[] {
  return constantsOf(revision).filter((constant) => constant.name.startsWith(prefix));
}

/** Every definition that a macro or constant ever had, oldest first: for "since revision 12" and "was 0x100". */
export function historyOf(name: string): readonly (ConstantEntry | MacroEntry)[] {
  return allEntries.filter((entry) => entry.entry !== 'record').filter((entry) => entry.name === name);
}

/** Every form that a direct member of a struct ever had, in the order of the table; empty when it never had one. */
export function memberHistoryOf(tag: string, name: string): readonly FieldEntry[] {
  const record = allEntries.filter((entry) => entry.entry === 'record').find((entry) => entry.tag === tag);
  return record?.fields.filter((field) => field.name === name) ?? [];
}
