import { dtbHeaderSize, dtbMagic } from './encode-dtb.ts';

/** The header of a blob as it stands, unchecked (Devicetree Specification 5.2). Offsets and sizes in bytes, each up to 4 GiB. */
export interface DtbHead {
  readonly totalSize: number;
  readonly structureAt: number;
  readonly stringsAt: number;
  readonly reservationsAt: number;
  readonly version: number;
  /** The oldest version that this one can be read as. */
  readonly lastCompatible: number;
  /** 0 before version 2. */
  readonly bootCpu: number;
  /** Undefined before version 3. */
  readonly stringsSize: number | undefined;
  /** Undefined before version 17. */
  readonly structureSize: number | undefined;
  /** Length of the header itself. */
  readonly headSize: number;
}

/** Where each field of the header stands. */
export const dtbField = {
  magic: 0,
  totalsize: 4,
  off_dt_struct: 8,
  off_dt_strings: 12,
  off_mem_rsvmap: 16,
  version: 20,
  last_comp_version: 24,
  boot_cpuid_phys: 28,
  size_dt_strings: 32,
  size_dt_struct: 36,
} as const;
export type DtbField = keyof typeof dtbField;

/** Length of the header by version. */
function headSizeOf(version: number): number {
  if (version >= 17) return dtbHeaderSize;
  if (version >= 3) return dtbField.size_dt_struct;
  return version === 2 ? dtbField.size_dt_strings : dtbField.boot_cpuid_phys;
}

/** Undefined where the bytes are no blob (another magic) or end within the header. */
export function readDtbHead(bytes: Uint8Array): DtbHead | undefined {
  if (bytes.length < dtbField.boot_cpuid_phys || readU32(bytes, 0) !== dtbMagic) return undefined;
  const version = readU32(bytes, dtbField.version);
  const headSize = headSizeOf(version);
  if (bytes.length < headSize) return undefined;
  const field = (name: DtbField): number => readU32(bytes, dtbField[name]);
  return {
    totalSize: field('totalsize'),
    structureAt: field('off_dt_struct'),
    stringsAt: field('off_dt_strings'),
    reservationsAt: field('off_mem_rsvmap'),
    version,
    lastCompatible: field('last_comp_version'),
    bootCpu: version >= 2 ? field('boot_cpuid_phys') : 0,
    stringsSize: version >= 3 ? field('size_dt_strings') : undefined,
    structureSize: version >= 17 ? field('size_dt_struct') : undefined,
    headSize,
  };
}

/** Big endian; the caller has checked that four bytes are there. */
export function readU32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)) >>> 0
  );
}
