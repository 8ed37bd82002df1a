import type { Config, Irqchip } from './model.ts';

/** Pins that one irqchip entry can name: four words of 32. */
export const pinsPerIrqchip = 128;

/** Several rules ask for the pins of the same entries. */
const known = new WeakMap<Irqchip, readonly number[]>();

/** The interrupts that an entry hands to its cell, as INTIDs on ARM, ascending. */
export function pinsOf(chip: Irqchip): readonly number[] {
  let pins = known.get(chip);
  if (!pins) {
    pins = pinsIn(chip);
    known.set(chip, pins);
  }
  return pins;
}

function pinsIn(chip: Irqchip): number[] {
  const pins: number[] = [];
  chip.pinBitmap.forEach((word, at) => {
    const first = chip.pinBase.value + 32 * at;
    for (let bits = word.value, pin = first; bits !== 0; bits >>>= 1, pin++) if (bits & 1) pins.push(pin);
  });
  return pins;
}

/** Whether any irqchip entry of the config names the pin, whatever its address. */
export function ownsPin(config: Config, pin: number): boolean {
  return config.irqchips.some((chip) => {
    const at = pin - chip.pinBase.value;
    const word = at >= 0 ? chip.pinBitmap[at >> 5] : undefined;
    return word !== undefined && ((word.value >>> (at & 31)) & 1) === 1;
  });
}

/** An entry in which nothing is set: left unfilled, and ignored by the hypervisor on ARM because no GICD stands at 0. */
export function isBlankIrqchip(chip: Irqchip): boolean {
  return chip.address.value === 0n && chip.pinBase.value === 0 && chip.id.value === 0 && chip.pinBitmap.every((word) => word.value === 0);
}
