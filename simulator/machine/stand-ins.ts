import type { GuestProfile } from './machine.ts';

/** What upstream's demo programs do, as profiles. An image without a profile does nothing but run. */
export const gicDemo: GuestProfile = {
  inmateLibrary: true,
  prints: ['Initializing the GIC...', 'Initializing the timer...'],
  timer: true,
};

export const ivshmemDemo: GuestProfile = { inmateLibrary: true, ivshmem: true };

/** Reads the comm region, prints nothing, and hands over to the kernel. */
export const linuxLoader: GuestProfile = { inmateLibrary: true, bootsLinux: true };
