import { type PiModel, piModelFacts } from './pi-model.ts';

/** Whether a line counts: a filter on a monitor, a serial number or a pin is not known before the board boots. */
export type Applies = 'yes' | 'no' | 'maybe';

/** Filters on the model; the same kind replaces each other. */
const modelFilters = [
  'pi0',
  'pi0w',
  'pi02',
  'pi1',
  'pi2',
  'pi3',
  'pi3+',
  'pi4',
  'pi400',
  'cm4',
  'cm4s',
  'pi5',
  'pi500',
  'cm0',
  'cm1',
  'cm3',
  'cm3+',
  'cm5',
];

export const filterNames: readonly string[] = ['all', 'none', 'tryboot', ...modelFilters];

/**
 * The filters in force while config.txt is read from top to bottom. Filters of different kinds combine, one of the same kind replaces the
 * other, `[all]` takes all away (config.txt documentation, "Conditional filters").
 */
export class ConfigTxtFilters {
  private readonly inForce = new Map<string, Applies>();

  constructor(private readonly model: PiModel) {}

  /** Takes up the text between the brackets; false where no such filter is known. */
  set(filter: string): boolean {
    const { filters, boardType } = piModelFacts[this.model];
    if (filter === 'all') {
      this.inForce.clear();
      return true;
    }
    if (filter === 'none') {
      this.inForce.set('none', 'no');
      return true;
    }
    if (modelFilters.includes(filter)) return this.setModel(filters.includes(filter));
    const type = /^board-type=(0x[0-9a-f]+|\d+)$/i.exec(filter)?.[1];
    if (type !== undefined) return this.setModel(Number(type) === boardType);
    const kind = kindOf(filter);
    this.inForce.set(kind ?? 'unknown', 'maybe');
    return kind !== undefined;
  }

  applies(): Applies {
    let answer: Applies = 'yes';
    for (const filter of this.inForce.values()) {
      if (filter === 'no') return 'no';
      if (filter === 'maybe') answer = 'maybe';
    }
    return answer;
  }

  private setModel(fits: boolean): true {
    this.inForce.set('model', fits ? 'yes' : 'no');
    // The documentation does not say whether a model filter ends [none].
    if (this.inForce.has('none')) this.inForce.set('none', 'maybe');
    return true;
  }
}

/** Of a filter that only the running board can decide. */
function kindOf(filter: string): string | undefined {
  if (/^edid=/i.test(filter)) return 'EDID';
  if (/^0x[0-9a-f]+$/i.test(filter)) return 'serial';
  if (/^gpio\d+=[01]$/i.test(filter)) return 'gpio';
  if (/^hdmi:\d$/i.test(filter)) return 'HDMI';
  if (/^(?:tryboot|boot_|partition|bootvar|boot_count|boot_arg)/.test(filter)) return 'boot';
  return undefined;
}
