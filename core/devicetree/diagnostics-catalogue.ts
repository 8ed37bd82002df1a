import type { DiagnosticText } from '../source/diagnostic-text.ts';

const notLoaded = 'dtc refuses the file, so there is no tree to load. The rules about the board or guest wait for a tree that can be read.';

/** Everything that is said while a device tree is read, before any rule sees it. */
export const treeDiagnostics: readonly DiagnosticText[] = [
  {
    id: 'dts-syntax',
    title: 'Text that is no device tree',
    severity: 'error',
    prose: {
      meaning:
        'A semicolon, bracket or value is missing or misplaced, a property stands behind a child node, a number does not fit its cell, or a preprocessor directive cannot be carried out. In the editor only device trees that belong to a known system are read.',
      onTheBoard: notLoaded,
      remedy: 'Mend the text at the place shown.',
    },
    bad: 'serial@fe215040 {\n\treg = <0xfe215040 0x40>\n};',
    good: 'serial@fe215040 {\n\treg = <0xfe215040 0x40>;\n};',
  },
  {
    id: 'dts-reference',
    title: 'Reference to a node that is not there',
    severity: 'error',
    prose: {
      meaning:
        'A label or path names no node of this tree, a label stands at two nodes, or a deleted node is referred to. In an overlay, labels of the base tree are no mistake.',
      onTheBoard: notLoaded,
      remedy: 'Correct the name. Where the file is an overlay, write `/plugin/;` behind `/dts-v1/;`.',
    },
    bad: 'interrupt-parent = <&gci>;',
    good: 'interrupt-parent = <&gic>;',
  },
  {
    id: 'dts-include',
    title: 'Included file that is not found',
    severity: 'error',
    prose: {
      meaning:
        'A file named by #include, /include/ or /incbin/ is in none of the folders that are searched. The headers of interrupts and GPIOs (dt-bindings) are built in; others are found in a kernel tree around the file, or on the include paths.',
      onTheBoard: notLoaded,
      remedy: 'Add its folder to "includePaths" in jailhouse.json, or to the setting `jailhouseCells.includePaths`.',
    },
    bad: '#include <dt-bindings/clock/some-board.h>',
    good: '#include <dt-bindings/interrupt-controller/arm-gic.h>',
  },
  {
    id: 'dtb-damaged',
    title: 'Blob that cannot be read',
    severity: 'error',
    prose: {
      meaning:
        'A device-tree blob is truncated, or its header, offsets or tokens contradict each other. What stands before the damage is still read.',
      onTheBoard: 'Linux, or the loader of the cell, refuses the blob or reads nonsense.',
      remedy: 'Copy the file again, or build it anew from its source: `jailhouse-cells dtc SOURCE -o BLOB`.',
    },
    bad: '"deviceTree": "boot/half-copied.dtb"',
    good: '"deviceTree": "boot/bcm2711-rpi-4-b.dtb"',
  },
  {
    id: 'overlay-target',
    title: 'Overlay without its target',
    severity: 'error',
    prose: {
      meaning:
        'A fragment of an overlay names a label or path that the base tree (with the overlays before it) does not have. The other fragments are still applied.',
      onTheBoard: 'The firmware leaves out the whole overlay: its reservations and settings are missing, without a word on the screen.',
      remedy: 'Correct the target; labels have to be in the base tree (a blob needs them as symbols: dtc -@).',
    },
    bad: '&pcie1 {\n\tlinux,pci-domain = <0>;\n};',
    good: '&pcie0 {\n\tlinux,pci-domain = <0>;\n};',
  },
];
