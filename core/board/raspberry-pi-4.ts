import type { AddressWindow } from '../config/address-window.ts';
import type { Span } from '../source/span.ts';
import type { BoardCpu, BoardDevice, BoardGic, BoardPciHost, BoardVariant, Firmware, KernelCommandLine } from './board.ts';
import { settingNumber } from './config-txt.ts';
import { gpuMemoryLimits } from './config-txt-names.ts';
import { withLinuxMemory } from './linux-memory.ts';
import { type PiModel, piModelFacts } from './pi-model.ts';
import { builtInDevices, builtInGic, builtInPciHost, type PeripheralMode, peripheralApertures } from './raspberry-pi-4-devices.ts';

export interface RaspberryPi4Options {
  readonly model: PiModel;
  /** Bytes fitted, where that is stated; else all sizes that the model is sold with. */
  readonly ram?: bigint | undefined;
  readonly firmware?: Firmware | undefined;
  readonly commandLine?: KernelCommandLine | undefined;
  /** Where the peripherals are, by the board's tree; else by `arm_peri_high`. */
  readonly peripherals?: PeripheralMode | undefined;
  /** GPU memory as a live board shows it: counts instead of what config.txt says. */
  readonly gpu?: AddressWindow | undefined;
  /** Where the board is stated. */
  readonly span: Span;
}

export interface RaspberryPi4Facts {
  readonly name: string;
  readonly peripherals: PeripheralMode;
  readonly variants: readonly BoardVariant[];
  readonly cpus: readonly BoardCpu[];
  readonly devices: readonly BoardDevice[];
  readonly gic: BoardGic;
  readonly pciHosts: readonly BoardPciHost[];
  readonly addressBits: number;
  /** Stretches where devices live and no RAM is: the peripherals, the ARM local block. */
  readonly apertures: readonly AddressWindow[];
}

const MIB = 1024n * 1024n;
const GIB = 1024n * MIB;
/** The GPU sees the first GiB only and takes its memory from the top of that. */
const GPU_REACH = GIB;
const DEFAULT_GPU_MEMORY = 76;
/** Where the peripherals hide RAM in low mode. */
const LOW_PERIPHERALS = 0xfc000000n;

/**
 * A Raspberry Pi 4, 400 or Compute Module 4 by what is known of every one of them, and by its config.txt and command line as far as there are
 * any. Facts: BCM2711 ARM peripherals, the firmware's device tree as it fills it in, config.txt documentation ("Memory options").
 */
export function raspberryPi4(options: RaspberryPi4Options): RaspberryPi4Facts {
  const { model, ram, firmware, span } = options;
  const peripherals = options.peripherals ?? (settingNumber(firmware, 'arm_peri_high') ? 'high' : 'low');
  const sizes = ram === undefined ? piModelFacts[model].ram : [ram];
  return {
    name: piModelFacts[model].name,
    peripherals,
    variants: sizes.map((size) => variant(size, peripherals, options)),
    cpus: cpus(firmware, span),
    devices: builtInDevices(peripherals, span),
    gic: builtInGic(peripherals, span),
    pciHosts: [builtInPciHost(peripherals, span)],
    // Cortex-A72: ID_AA64MMFR0_EL1.PARange is 44 bits.
    addressBits: 44,
    apertures: peripheralApertures(peripherals, span),
  };
}

function variant(size: bigint, mode: PeripheralMode, { firmware, commandLine, gpu: seen, span }: RaspberryPi4Options): BoardVariant {
  const used = usedMemory(size, firmware, span);
  const ram = ramBanks(used.size, mode, used.span);
  const gpu = seen ?? gpuMemory(used.size, firmware, span);
  // Without arm_64bit=0 a kernel of 64 bits is taken for granted: it is the firmware's default, and Jailhouse's arm64 port needs it.
  const architecture = settingNumber(firmware, 'arm_64bit') === 0 ? 'arm' : 'arm64';
  return withLinuxMemory({ name: sizeName(size), size, ram, gpu }, commandLine, architecture);
}

/** `4 GB`, `512 MB`: as the boards are sold. */
function sizeName(size: bigint): string {
  return size % GIB === 0n ? `${size / GIB} GB` : `${size / MIB} MB`;
}

/** `total_mem` in MiB, at least 128 and at most what is fitted. */
function usedMemory(size: bigint, firmware: Firmware | undefined, span: Span): { readonly size: bigint; readonly span: Span } {
  const limit = settingNumber(firmware, 'total_mem');
  const setting = firmware?.settings.get('total_mem');
  if (limit === undefined || limit <= 0 || setting === undefined) return { size, span };
  const bytes = BigInt(Math.max(128, limit)) * MIB;
  return bytes < size ? { size: bytes, span: setting.valueSpan } : { size, span };
}

/** RAM fills the addresses from 0; in low mode the peripherals hide the last 64 MiB of the fourth GiB. */
function ramBanks(size: bigint, mode: PeripheralMode, span: Span): readonly AddressWindow[] {
  if (mode === 'high' || size <= LOW_PERIPHERALS) return [{ name: 'RAM', start: 0n, size, span }];
  const banks = [{ name: 'RAM', start: 0n, size: LOW_PERIPHERALS, span }];
  if (size > 4n * GIB) banks.push({ name: 'RAM', start: 4n * GIB, size: size - 4n * GIB, span });
  return banks;
}

/** The setting that counts for boards of this size overrides `gpu_mem`. */
function gpuMemory(size: bigint, firmware: Firmware | undefined, span: Span): AddressWindow {
  const { megabytes, by } = gpuMegabytes(size, firmware, span);
  const top = size < GPU_REACH ? size : GPU_REACH;
  const clamped = Math.min(Math.max(megabytes, gpuMemoryLimits.least), gpuMemoryLimits.most);
  const bytes = BigInt(clamped) * MIB < top ? BigInt(clamped) * MIB : top;
  return { name: 'GPU memory', start: top - bytes, size: bytes, span: by };
}

function gpuMegabytes(size: bigint, firmware: Firmware | undefined, span: Span): { readonly megabytes: number; readonly by: Span } {
  const special = size >= GIB ? 'gpu_mem_1024' : size === 512n * MIB ? 'gpu_mem_512' : size === 256n * MIB ? 'gpu_mem_256' : undefined;
  for (const name of special === undefined ? ['gpu_mem'] : [special, 'gpu_mem']) {
    const megabytes = settingNumber(firmware, name);
    const setting = firmware?.settings.get(name);
    if (megabytes !== undefined && setting !== undefined) return { megabytes, by: setting.valueSpan };
  }
  // The cut-down firmware runs with the least.
  const start = firmware?.settings.get('start_file');
  if (start !== undefined && /cd\.elf$/.test(start.value)) return { megabytes: gpuMemoryLimits.least, by: start.valueSpan };
  return { megabytes: size >= GIB ? DEFAULT_GPU_MEMORY : 64, by: span };
}

/** Four Cortex-A72, MPIDR affinity 0 to 3. */
function cpus(firmware: Firmware | undefined, span: Span): readonly BoardCpu[] {
  const enableMethod = piEnableMethod(firmware);
  return [0, 1, 2, 3].map((index) => ({ index, mpidr: BigInt(index), enableMethod, compatible: 'arm,cortex-a72', span }));
}

/**
 * How CPUs are started: the firmware's own stub parks them in a spin table; TF-A (`armstub=bl31.bin`, also inside the UEFI firmware) answers
 * PSCI. Another stub may do either.
 */
export function piEnableMethod(firmware: Firmware | undefined): string | undefined {
  if (firmware === undefined) return undefined;
  const stub = firmware.settings.get('armstub')?.value ?? '';
  if (stub === '') return 'spin-table';
  return /bl31|tf-?a|rpi_efi/i.test(stub) ? 'psci' : undefined;
}
