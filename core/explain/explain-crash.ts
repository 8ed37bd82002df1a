import { hex } from '../source/numbers.ts';
import { accessCauses } from './access-causes.ts';
import { cellNamed, configsOf, type ExplainContext, systemOf } from './context.ts';
import { abortSyndrome, exceptionClass } from './exception-class.ts';
import type { Cause, Explanation } from './explanation.ts';
import type { Access, Crash } from './incident.ts';
import { pciCauses, routeCauses } from './pci-causes.ts';
import { rank } from './ranking.ts';
import { rulesFor } from './rule-symptoms.ts';
import { subPageCauses } from './subpage-causes.ts';

/** PSCI and other SMC function ids of the standard service range, in x0 when an SMC was made (Arm DEN0022). */
const isStandardCall = (value: bigint): boolean => (value & 0xbfff_ff00n) === 0x8400_0000n;

export function explainCrash(crash: Crash, context: ExplainContext): Explanation {
  const named = crash.cell === undefined ? undefined : cellNamed(context, crash.cell);
  const only = configsOf(context).length === 1 ? configsOf(context)[0] : undefined;
  const cell = named ?? (crash.cell === undefined && crash.hypervisor !== true ? only : undefined);
  const system = systemOf(context, cell);
  const model: Cause[] = [];
  if (cell !== undefined) {
    const others = configsOf(context).filter((config) => config !== cell);
    if (crash.access?.space === 'guest')
      model.push(
        ...accessCauses(
          crash.access,
          crash,
          cell,
          system,
          cell.system === undefined ? others : others.filter((other) => other.system === undefined),
        ),
      );
    if (crash.access?.space === 'physical') model.push(...subPageCauses(crash.access, cell));
    if (crash.pci !== undefined) model.push(...pciCauses(crash.pci, cell, system));
    if (crash.intid !== undefined) model.push(...routeCauses(crash.intid, cell));
  }
  const unknown = crash.cell !== undefined && cell === undefined;
  const symptom = crash.hypervisor === true ? 'hypervisor abort' : cell?.system === undefined ? 'cell dies' : 'root dies';
  return {
    summary: summaryOf(crash),
    matched: crash.matched,
    ...(crash.times !== undefined && { times: crash.times }),
    ...(crash.cell !== undefined && { cell: crash.cell }),
    causes: rank({
      context: onlyOf(context, symptom === 'cell dies' ? cell?.path : undefined),
      possibleRules: unknown ? [] : rulesFor(symptom),
      model,
      modelFirst: true,
      general: general(crash, cell !== undefined, context),
    }),
  };
}

/** A cell dies by its own config: findings of its neighbours say nothing. */
function onlyOf(context: ExplainContext, path: string | undefined): ExplainContext {
  if (path === undefined) return context;
  const own = [...context.named, ...context.others].filter((report) => report.path === path);
  return { named: own, others: [] };
}

function summaryOf(crash: Crash): string {
  const cell = crash.cell === undefined ? 'a cell' : `cell "${crash.cell}"`;
  const where = crash.cpu === undefined ? cell : `CPU ${crash.cpu} of ${cell}`;
  const what = crash.access === undefined ? otherWhat(crash) : accessWhat(crash.access);
  const instruction =
    crash.programCounter === undefined
      ? ''
      : ` The instruction is at pc ${hex(crash.programCounter)}, an address of the ${crash.hypervisor === true ? 'hypervisor' : 'guest'}.`;
  const syndrome =
    crash.syndrome === undefined || crash.access === undefined || crash.access.space === 'physical'
      ? undefined
      : abortSyndrome(crash.syndrome);
  const walk =
    syndrome?.tableWalk === true ? " It came of walking the guest's own page tables, which lie in memory that the cell does not have." : '';
  return `${crash.hypervisor === true ? 'The hypervisor itself failed' : `The hypervisor stopped ${where}`}: ${what}.${walk}${instruction}`;
}

function accessWhat({ direction, address, size, space }: Access): string {
  const kind = space === 'physical' ? 'physical address ' : '';
  if (direction === 'execute') return `it executed code at ${hex(address)}, where it has no memory`;
  return `it ${direction === 'read' ? 'read' : 'wrote'} ${size} ${size === 1 ? 'byte' : 'bytes'} at ${kind}${hex(address)} without being allowed to`;
}

function otherWhat(crash: Crash): string {
  if (crash.hypervisor === true) return 'an abort or exception at EL2; the whole board is dead or will be soon';
  if (crash.pci?.what === 'config') return 'a refused access to PCI configuration space';
  if (crash.pci !== undefined) return 'a refused access to an MSI-X table';
  if (crash.intid !== undefined) return `it routed interrupt ${crash.intid} to a CPU of another cell`;
  if (crash.reason !== undefined) return crash.reason;
  const known = crash.exceptionClass === undefined ? undefined : exceptionClass(crash.exceptionClass);
  if (known !== undefined) return `${known.name} (exception class ${hex(crash.exceptionClass ?? 0)})`;
  return crash.exceptionClass === undefined ? 'the log does not say why' : `exception class ${hex(crash.exceptionClass)}`;
}

function general(crash: Crash, known: boolean, context: ExplainContext): readonly Cause[] {
  const causes: Cause[] = [];
  const add = (title: string, text: string, confidence: Cause['confidence'] = 'possible'): void => {
    causes.push({ title, text, confidence, places: [] });
  };
  const call = crash.registers.get(0);
  if (call !== undefined && isStandardCall(call) && (crash.hypervisor === true || crash.exceptionClass === 0x17)) {
    add(
      'The firmware has no PSCI',
      `x0 is ${hex(call)}, a PSCI call, and no secure firmware answered it. Boot with TF-A (on the Raspberry Pi 4: armstub=bl31.bin in config.txt).`,
      'likely',
    );
  }
  if (crash.hypervisor === true) {
    add(
      'The hypervisor read something that is not there',
      'Observed with PCI devices that do not exist, counters that do not fit their arrays, an impossible gic_version, and memory outside of the installed RAM. The last line before the report names the step.',
    );
    add('Firmware, module and config are not of one build', 'The hypervisor does not check it: build and install the three together.');
  }
  const advice =
    crash.exceptionClass === undefined || crash.access !== undefined || crash.pci !== undefined
      ? undefined
      : exceptionClass(crash.exceptionClass);
  if (advice !== undefined) add(`The guest made ${advice.name}`, advice.advice, 'likely');
  if (!known && crash.cell !== undefined && configsOf(context).length > 0) {
    add(
      `No config of cell "${crash.cell}" at hand`,
      'None of the configs has this name, so the address cannot be looked up. Name the config of that cell, too.',
    );
  }
  if (crash.cell === undefined && crash.hypervisor !== true) {
    add(
      'The report is not complete',
      'The line "Parking CPU N (Cell: ...)" is missing: another CPU failed at the same time, or the log was cut. The one that is there tells more.',
    );
  }
  return causes;
}
