import { gicOf } from '../config/gic.ts';
import type { Config, Irqchip } from '../config/model.ts';

/**
 * The interrupts of one cell, 32 to a word. On ARM the words of the one GIC (INTIDs 0 to 1023); on x86 those of each IOAPIC,
 * by its address.
 */
export type Pins = ReadonlyMap<bigint, readonly number[]>;

/** Interrupts that the hypervisor tracks on ARM (irq_bitmap in hypervisor/arch/arm-common/include/asm/cell.h). */
const words = 32;

/** SGIs that the hypervisor takes for itself: SGI_INJECT and SGI_EVENT (arm-common/include/asm/control.h). */
const hypervisorSgis = 0b11;

/** The cell's own bits of its irqchip entries, without what the root cell loses. */
export function configuredPins(system: Config, config: Config): Pins {
  const pins = new Map<bigint, number[]>();
  const gic = gicOf(system);
  if (gic !== undefined) pins.set(gic.gicdBase.value, new Array<number>(words).fill(0));
  for (const chip of countingChips(system, config)) {
    const bits = pins.get(chip.address.value) ?? new Array<number>(words).fill(0);
    pins.set(chip.address.value, bits);
    eachWord(chip, (word, at) => {
      bits[at] = ((bits[at] as number) | word) >>> 0;
    });
  }
  const own = gic === undefined ? undefined : pins.get(gic.gicdBase.value);
  // SGIs and PPIs are each CPU's own: every cell has them, whatever its entries say (irqchip.c:irqchip_cell_init).
  if (own !== undefined) own[0] = ~(hypervisorSgis | (1 << (gic?.maintenanceIrq.value ?? 0))) >>> 0;
  return pins;
}

/** The root cell's interrupts without those that the entries of a new cell name. */
export function withoutPins(system: Config, root: Pins, cell: Config): Pins {
  return changed(root, countingChips(system, cell), (bits, word) => bits & ~word);
}

/**
 * The root cell's interrupts after the cell is destroyed: it gets all of them, then loses those that an entry of its own
 * leaves out (irqchip.c:irqchip_cell_exit). Where its entries overlap, only what all of them name stays.
 */
export function withPinsBack(system: Config, root: Pins, cell: Config): Pins {
  const given = changed(root, countingChips(system, cell), (bits, word) => bits | word);
  return changed(given, countingChips(system, system), (bits, word) => bits & word);
}

export function hasPin(pins: Pins, chip: bigint, pin: number): boolean {
  const word = pins.get(chip)?.[pin >> 5] ?? 0;
  return ((word >>> (pin & 31)) & 1) === 1;
}

/** Entries that count: on ARM those of the system's GICD, with a place that the hypervisor accepts. */
function countingChips(system: Config, config: Config): readonly Irqchip[] {
  const gic = gicOf(system);
  const highest = 32 * words - 128;
  return config.irqchips.filter((chip) => {
    if (gic !== undefined && chip.address.value !== gic.gicdBase.value) return false;
    return chip.pinBase.value % 32 === 0 && chip.pinBase.value <= highest;
  });
}

function changed(pins: Pins, chips: readonly Irqchip[], change: (bits: number, word: number) => number): Pins {
  const result = new Map<bigint, number[]>([...pins].map(([address, bits]) => [address, [...bits]]));
  for (const chip of chips) {
    const bits = result.get(chip.address.value);
    if (bits === undefined) continue;
    eachWord(chip, (word, at) => {
      bits[at] = change(bits[at] as number, word) >>> 0;
    });
  }
  return result;
}

function eachWord(chip: Irqchip, use: (word: number, at: number) => void): void {
  const first = chip.pinBase.value / 32;
  chip.pinBitmap.forEach((word, at) => {
    use(word.value, first + at);
  });
}
