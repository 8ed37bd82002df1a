/** How the page of the memory map is bundled; scripts/build.mjs and the tests of the page alone take the same. @type {import('esbuild').BuildOptions} */
export const pageBundle = {
  entryPoints: { webview: 'webview/main.tsx' },
  bundle: true,
  platform: 'browser',
  format: 'iife',
  // VS Code 1.91 is Chromium 124.
  target: 'chrome124',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: true,
  legalComments: 'none',
};

/** @type {import('esbuild').BuildOptions} */
export const pageStyle = { entryPoints: { webview: 'webview/style.css' }, bundle: true, target: 'chrome124', minify: true };
