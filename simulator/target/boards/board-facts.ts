import type { ByteText } from '../byte-text.ts';

/** A line of /proc/iomem; `end` is its last address. */
export interface IomemLine {
  readonly start: bigint;
  readonly end: bigint;
  readonly name: ByteText;
  readonly children?: readonly IomemLine[];
}

/** What Linux on a board shows besides the physical facts of `SimulatedBoard`. */
export interface BoardFacts {
  readonly model: ByteText;
  readonly compatible: readonly ByteText[];
  readonly hostname: ByteText;
  readonly kernel: {
    /** `uname -r`. */
    readonly release: ByteText;
    /** `uname -v`. */
    readonly build: ByteText;
  };
  readonly cmdline: ByteText;
  readonly cpus: number;
  /** Lines of /proc/cpuinfo of each CPU, and those behind the last. */
  readonly cpuinfo: { readonly each: readonly ByteText[]; readonly tail: readonly ByteText[] };
  readonly iomem: readonly IomemLine[];
  /** Functions in /sys/bus/pci/devices besides the virtual ones. */
  readonly pciFunctions: readonly { readonly name: ByteText; readonly vendor: number; readonly device: number; readonly class: number }[];
  /** Options of the kernel, as /proc/config.gz has them. */
  readonly kernelOptions: readonly ByteText[];
  /** GIC as the log names it when a CPU comes back. */
  readonly gicVersion: 2 | 3;
  /** Lines in the log since boot. */
  readonly bootLog: readonly { readonly seconds: number; readonly text: ByteText }[];
  /** MiB that the GPU has; undefined where there is none: no vcgencmd, no /boot/firmware. */
  readonly gpuMem: number | undefined;
  readonly moduleVersion: ByteText;
  readonly moduleSource: ByteText;
  /** Total RAM in bytes. */
  readonly ram: bigint;
  readonly configTxt: ByteText | undefined;
}
