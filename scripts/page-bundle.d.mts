import type { BuildOptions } from 'esbuild';

export const pageBundle: BuildOptions;
export const pageStyle: BuildOptions;
