import type { Irqchip } from '../../config/model.ts';
import type { Span } from '../../source/span.ts';
import type { Member } from './members.ts';
import type { ResourceClaim } from './model.ts';

/** An interrupt that is to be shown, with what the configs say of it. */
export interface Pin {
  readonly intid: number;
  /** Address of its controller; of a GIC, which is the only one, 0. */
  readonly chip: bigint;
  readonly claims: ResourceClaim[];
  readonly virtual: string[];
  readonly places: Span[];
}

const bitsOfWord = 32;

/** The interrupts of a system: on ARM by INTID, on x86 by I/O APIC and pin. */
export class PinTable {
  private readonly pins = new Map<string, Pin>();

  constructor(private readonly isX86: boolean) {}

  /** Makes it where it is new. */
  at(intid: number, chip: bigint): Pin {
    const key = this.keyOf(intid, chip);
    let pin = this.pins.get(key);
    if (pin === undefined) {
      pin = { intid, chip: this.isX86 ? chip : 0n, claims: [], virtual: [], places: [] };
      this.pins.set(key, pin);
    }
    return pin;
  }

  /** The pins that somebody chose: of the root cell, which as a rule lists all, not those in words of all ones. */
  addChosen({ lane, config }: Member): void {
    for (const chip of config.irqchips)
      eachPin(chip, (pin, word) => {
        if (lane !== 'root' || chip.pinBitmap[word]?.value !== 0xffffffff) this.at(pin, chip.address.value);
      });
  }

  /** What the configs ask for, of the pins that are there by now. */
  addClaims({ lane, owner, config }: Member): void {
    for (const chip of config.irqchips)
      eachPin(chip, (intid, word) => {
        const pin = this.pins.get(this.keyOf(intid, chip.address.value));
        const field = chip.pinBitmap[word];
        if (pin === undefined || field === undefined) return;
        pin.claims.push({ lane, owner, field: field.path, span: field.span });
        // What is said of the entry as a whole is said of each of its pins.
        pin.places.push(chip.span);
      });
  }

  sorted(): readonly Pin[] {
    return [...this.pins.values()].sort((a, b) => (a.chip < b.chip ? -1 : a.chip > b.chip ? 1 : a.intid - b.intid));
  }

  private keyOf(intid: number, chip: bigint): string {
    return this.isX86 ? `${chip}:${intid}` : `${intid}`;
  }
}

function eachPin(chip: Irqchip, use: (pin: number, word: number) => void): void {
  for (const [word, { value }] of chip.pinBitmap.entries())
    for (let bits = value, pin = chip.pinBase.value + bitsOfWord * word; bits !== 0; bits >>>= 1, pin++) if (bits & 1) use(pin, word);
}
