import type { BuildOptions } from 'esbuild';

export const simulatorBundle: BuildOptions;
