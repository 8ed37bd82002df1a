import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'node_modules/**'],
    // Oracles compile with gcc and servers are started: generous, because the machine may be shared. No test passes or fails on time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // Many tests wait for ssh, compilers and editors: one worker, the default on two cores, would leave both idle half of the time.
    maxWorkers: 3,
  },
});
