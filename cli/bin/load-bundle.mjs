import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

/**
 * Compiles the command line's bundle; `run` starts it. The build makes the code cache from just this script: V8 takes a cache
 * only for the very same source.
 * @param {string} path
 * @param {Buffer} bundle
 * @param {Buffer} [cachedData]
 */
export function loadBundle(path, bundle, cachedData) {
  const source = `(function (require, module, exports, __filename, __dirname) {${bundle}\n})`;
  const script = new Script(source, { filename: path, cachedData });
  return {
    script,
    run() {
      const module = { exports: {} };
      script.runInThisContext()(createRequire(path), module, module.exports, path, dirname(path));
    },
  };
}
