/** Boards that can be simulated: each variant of the Raspberry Pi 4 by its RAM, and QEMU's board for arm64. */
export const boardNames = ['rpi4-1gb', 'rpi4-2gb', 'rpi4-4gb', 'rpi4-8gb', 'qemu-arm64'] as const;

export type BoardName = (typeof boardNames)[number];
