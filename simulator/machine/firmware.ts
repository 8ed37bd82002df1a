/** Facts of the simulated `jailhouse.bin`: as the recorded one, v0.12 (324-ge57d1eff) for arm64 with CONFIG_TRACE_ERROR. */
export const version = 'v0.12 (324-ge57d1eff)';
export const codeLocation = '0x0000ffffc0200800';
/** Bytes of the image in memory, with what it zeroes; 0x20000 is what the recorded pool sizes give (992 pages of 4 MiB). */
export const coreSize = 0x20000;
/** Bytes of the file. */
export const fileSize = 0x1a000;
/** Bytes for each CPU up to the highest configured one. */
export const perCpuSize = 0x4000;
/** The part of them that every CPU may see is the rest. */
export const privatePerCpuSize = 0x2000;
/** Pages of `struct cell`. */
export const cellStructSize = 0x2000;
/** Bytes of `struct pci_device`. */
export const pciDeviceSize = 344;
/** Where the hypervisor's own addresses begin. */
export const base = 0xffffc0200000n;
export const uartBase = 0xffffc0000000n;
export const remapBase = 0xff8000000000n;
export const remapPages = 131072;
export const temporaryBase = 0xff0000000000n;
export const temporaryPages = 16;
/** Offset of the code that is mapped one to one, for leaving the hypervisor. */
export const trampolineOffset = 0x3000n;
export const peersMax = 12;
export const msixVectorsMax = 16;
export const cellIdMax = 255;
