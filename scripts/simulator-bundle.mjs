/**
 * The simulated board as a program of its own, with what its sshd starts for each session; scripts/build.mjs and the tests of the program take the same.
 * @type {import('esbuild').BuildOptions}
 */
export const simulatorBundle = {
  entryPoints: { simulator: 'cli/simulate/program.ts', forwarder: 'simulator/server/forwarder.cjs' },
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  mainFields: ['module', 'main'],
  legalComments: 'none',
  // The command line takes `runBoard` out of it; on its own it is the program. The forwarder has no exports.
  footer: { js: 'if (require.main === module) void module.exports.main?.();' },
  // forwarder-path.ts looks for __dirname first.
  logOverride: { 'empty-import-meta': 'silent' },
};
