/** What ESR_EL2.EC says of a trap out of a cell (Arm Architecture Reference Manual, ESR_EL2), as far as Jailhouse traps it (arm64/traps.c). */
const classes: Readonly<Record<number, { readonly name: string; readonly advice: string }>> = {
  1: { name: 'WFI or WFE was trapped', advice: 'Jailhouse does not ask for that: the firmware left EL2 with odd settings.' },
  3: { name: 'a 32-bit system register access (CP15)', advice: 'The register is not virtualised; use a guest that does without it.' },
  4: { name: 'a 64-bit system register access (CP15)', advice: 'The register is not virtualised; use a guest that does without it.' },
  5: { name: 'a 32-bit coprocessor access (CP14)', advice: 'The register is not virtualised; use a guest that does without it.' },
  7: { name: 'a floating point or SIMD instruction', advice: 'The firmware left CPTR_EL2 trapping.' },
  18: { name: 'HVC in 32-bit state', advice: '32-bit cells on arm64 cannot call the hypervisor or PSCI; use one CPU and no PSCI.' },
  19: { name: 'SMC in 32-bit state', advice: '32-bit cells on arm64 cannot call PSCI; use one CPU and no PSCI.' },
  22: {
    name: 'HVC with another number than 0x4a48',
    advice: 'Set method = "smc" in the psci node of the guest\'s device tree; a guest image for KVM or Xen does not fit.',
  },
  23: {
    name: 'an SMC that is not handled',
    advice: 'Only Arm architecture, standard (PSCI) and SiP calls are; the guest calls something else.',
  },
  24: {
    name: 'access to a trapped system register (MSR or MRS)',
    advice: 'The guest touches ACTLR_EL1 or the SGI registers in a way that is not emulated.',
  },
  32: { name: 'an instruction abort', advice: 'The guest jumped to where it has no memory.' },
  36: { name: 'a data abort', advice: 'The guest accessed memory that it does not have.' },
};

export function exceptionClass(number: number): { readonly name: string; readonly advice: string } | undefined {
  return classes[number];
}

/** The fields of a data or instruction abort's syndrome that tell causes apart. */
export interface AbortSyndrome {
  /** False when the instruction cannot be emulated: load pair, write-back, SIMD, cache maintenance (ISV, bit 24). */
  readonly decoded: boolean;
  /** The fault came of walking the guest's own page tables (S1PTW, bit 7). */
  readonly tableWalk: boolean;
  readonly fault: 'translation' | 'permission' | 'external' | 'alignment' | 'other';
}

export function abortSyndrome(syndrome: bigint): AbortSyndrome {
  const status = Number(syndrome & 0x3fn);
  const fault =
    status >= 0x04 && status <= 0x07
      ? 'translation'
      : status >= 0x0c && status <= 0x0f
        ? 'permission'
        : status === 0x10
          ? 'external'
          : status === 0x21
            ? 'alignment'
            : 'other';
  return { decoded: ((syndrome >> 24n) & 1n) === 1n, tableWalk: ((syndrome >> 7n) & 1n) === 1n, fault };
}
