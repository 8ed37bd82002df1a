import type { Config, Field } from '../../config/model.ts';

/** `cpu_set_size`, in bytes. */
export function cpuSizeField(config: Config): Field<number> | undefined {
  return config.arrays.find((array) => array.kind === 'cpus')?.counter;
}
