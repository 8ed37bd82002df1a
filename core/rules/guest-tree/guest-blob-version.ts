import type { GuestRule } from '../rule.ts';

/** The only version that the tool reads (tools/jailhouse-cell-linux, DTBHeader). */
const wanted = 17;

export const guestBlobVersion: GuestRule = {
  id: 'guest-blob-version',
  title: "Format of the guest's blob is too old",
  severity: 'error',
  scope: 'guest',
  arch: ['arm64', 'arm'],
  catalogue: ['LIN-dtb-version'],
  prose: {
    meaning: '`jailhouse cell linux` reads device tree blobs of version 17, which dtc has written since 2005.',
    onTheBoard: '"Unsupported DTB version 16", and no cell is created (tools/jailhouse-cell-linux, DTBHeader).',
    remedy: 'Compile the blob again: `dtc -I dtb -O dtb old.dtb -o new.dtb`.',
  },
  bad: '/* dtc -V 16 */',
  good: '/* dtc */',
  check({ tree }, report) {
    const version = tree.blobVersion;
    if (version === undefined || version.value >= wanted) return;
    report({
      span: version.span,
      message: `The blob has version ${version.value}: jailhouse cell linux would say "Unsupported DTB version ${version.value}". Compile it again with a dtc that writes version ${wanted}.`,
    });
  },
};
