/**
 * The hypervisor does not come back: thrown inside the replay, caught where the driver calls it. `abort`: a fault in EL2 itself, reported and the CPU
 * stopped. `silent`: it hangs and prints nothing more.
 */
export class Halt extends Error {
  constructor(readonly kind: 'abort' | 'silent') {
    super(kind);
  }
}
