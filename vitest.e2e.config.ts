import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.mjs'],
    // A VS Code server and a browser for each file: one file at a time, and room for the first install of the server.
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 600_000,
    // A later test of a file builds upon the earlier ones' window.
    bail: 0,
  },
});
