import type { SimulatedBoard } from '../machine/machine.ts';
import { address, allFour, boardTree, levelHigh, ppi, reg, spi } from './board-tree.ts';
import type { TreeNode, TreeValue } from './flat-tree.ts';

const gic = 1;
const clock = 2;

function device(
  name: string,
  compatible: readonly string[],
  window: readonly number[],
  spis: readonly number[],
  more: Readonly<Record<string, TreeValue>> = {},
): TreeNode {
  return {
    name,
    properties: {
      compatible,
      reg: window,
      ...(spis.length > 0 && { interrupts: spis.flatMap((number) => [spi, number, levelHigh]) }),
      ...more,
    },
  };
}

const pl011 = ['arm,pl011', 'arm,primecell'];
const uarts = [0x7e201000, 0x7e201400, 0x7e201600, 0x7e201800, 0x7e201a00];

/**
 * The Raspberry Pi 4 under TF-A, with the overlay of the examples: the part that matters to Jailhouse, with the paths and addresses of the board's own tree
 * (bcm2711-rpi-4-b.dtb of Debian's kernel 6.12). The fields of `reg` in /soc are bus addresses: 0x7e… is 0xfe… to the CPUs.
 */
export function rpi4Tree(board: SimulatedBoard, commandLine: string): Uint8Array {
  return boardTree(board, commandLine, {
    root: { 'interrupt-parent': [gic] },
    sizeCells: 1,
    cpu: 'arm,cortex-a72',
    reservations: [
      {
        name: 'linux,cma',
        properties: {
          compatible: 'shared-dma-pool',
          size: [0x4000000],
          reusable: true,
          'linux,cma-default': true,
          'alloc-ranges': [0, 0, 0x40000000],
        },
      },
    ],
    nodes: [
      {
        name: 'clk-osc',
        properties: { compatible: 'fixed-clock', '#clock-cells': [0], 'clock-frequency': [54_000_000], phandle: [clock] },
      },
      {
        name: 'soc',
        properties: {
          compatible: 'simple-bus',
          '#address-cells': [1],
          '#size-cells': [1],
          ranges: [0x7e000000, 0, 0xfe000000, 0x1800000, 0x7c000000, 0, 0xfc000000, 0x2000000, 0x40000000, 0, 0xff800000, 0x800000],
          'dma-ranges': [0xc0000000, 0, 0, 0x40000000],
        },
        nodes: [
          {
            name: 'interrupt-controller@40041000',
            properties: {
              compatible: 'arm,gic-400',
              'interrupt-controller': true,
              '#interrupt-cells': [3],
              reg: [0x40041000, 0x1000, 0x40042000, 0x2000, 0x40044000, 0x2000, 0x40046000, 0x2000],
              interrupts: [ppi, 9, allFour | levelHigh],
              phandle: [gic],
            },
          },
          device('timer@7e003000', ['brcm,bcm2835-system-timer'], [0x7e003000, 0x1000], [64, 65, 66, 67]),
          device('mailbox@7e00b880', ['brcm,bcm2835-mbox'], [0x7e00b880, 0x40], [33]),
          device(
            'watchdog@7e100000',
            ['brcm,bcm2711-pm', 'brcm,bcm2835-pm-wdt'],
            [0x7e100000, 0x114, 0x7e00a000, 0x24, 0x7ec11000, 0x20],
            [],
          ),
          device('cprman@7e101000', ['brcm,bcm2711-cprman'], [0x7e101000, 0x2000], [], { '#clock-cells': [1], clocks: [clock] }),
          device('gpio@7e200000', ['brcm,bcm2711-gpio'], [0x7e200000, 0xb4], [113, 114, 115, 116]),
          ...uarts.map((at, index) =>
            device(`serial@${at.toString(16)}`, pl011, [at, 0x200], [121], { status: index === 0 ? 'okay' : 'disabled' }),
          ),
          device('aux@7e215000', ['brcm,bcm2835-aux'], [0x7e215000, 8], []),
          // The console of the hypervisor.
          device('serial@7e215040', ['brcm,bcm2835-aux-uart'], [0x7e215040, 0x40], [93], { status: 'disabled' }),
        ],
      },
      {
        name: 'emmc2bus',
        properties: {
          compatible: 'simple-bus',
          '#address-cells': [2],
          '#size-cells': [1],
          ranges: [0, 0x7e000000, 0, 0xfe000000, 0x1800000],
          'dma-ranges': [0, 0xc0000000, 0, 0, 0x40000000],
        },
        nodes: [device('mmc@7e340000', ['brcm,bcm2711-emmc2'], [0, 0x7e340000, 0x100], [126])],
      },
      {
        name: 'scb',
        properties: {
          compatible: 'simple-bus',
          '#address-cells': [2],
          '#size-cells': [1],
          ranges: [0, 0x7c000000, 0, 0xfc000000, 0x3800000, ...address(0x600000000n), ...reg(1, 0x600000000n, 0x40000000n)],
        },
        nodes: [
          device('pcie@7d500000', ['brcm,bcm2711-pcie'], [0, 0x7d500000, 0x9310], [147, 148], {
            device_type: 'pci',
            '#address-cells': [3],
            '#size-cells': [2],
            '#interrupt-cells': [1],
            'interrupt-map-mask': [0, 0, 0, 7],
            'interrupt-map': [1, 2, 3, 4].flatMap((pin) => [0, 0, 0, pin, gic, spi, 142 + pin, levelHigh]),
            ranges: [0x2000000, 0, 0xc0000000, ...address(0x600000000n), 0, 0x40000000],
            'dma-ranges': [0x2000000, 0, 0, 0, 0, 0, 0xc0000000],
            'linux,pci-domain': [0],
          }),
          device('ethernet@7d580000', ['brcm,bcm2711-genet-v5'], [0, 0x7d580000, 0x10000], [157, 158]),
        ],
      },
    ],
  });
}
