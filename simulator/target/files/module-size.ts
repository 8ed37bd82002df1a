/** Bytes of the module in memory, as /proc/modules and lsmod have it. */
export const moduleSize = 36864;
