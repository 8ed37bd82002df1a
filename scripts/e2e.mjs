// The tests in a real VS Code alone, on a freshly made package. Arguments go to vitest: npm run e2e -- -t "mends"
import { packageBin, run } from './programs.mjs';

const packed = run(process.execPath, ['scripts/package.mjs']);
if (packed !== 0) process.exit(packed);
process.exitCode = packageBin('vitest', ['run', '--config', 'vitest.e2e.config.ts', ...process.argv.slice(2)]);
