import type { TreeNode } from './model.ts';
import { compatibleOf } from './tree-access.ts';

export type InterruptKind = 'spi' | 'ppi' | 'other';

/** What an interrupt specifier says to the interrupt controller that reads it. */
export interface InterruptSpecifier {
  /** GIC interrupt number: 32 + n for SPI n, 16 + n for PPI n. Undefined for a controller that is no GIC. */
  readonly intid: number | undefined;
  readonly kind: InterruptKind;
  /** As the tree numbers it: n of SPI n. The first cell for a controller that is no GIC. */
  readonly number: number;
  /** 1 rising edge, 2 falling edge, 4 high level, 8 low level; 0 where it is left open or the controller is no GIC. */
  readonly flags: number;
}

/** Compatible strings of interrupt controllers with the interrupt numbers of a GICv1 or v2 (Linux, bindings arm,gic.yaml). */
export const gicV2Compatibles: ReadonlySet<string> = new Set([
  'arm,gic-400',
  'arm,cortex-a15-gic',
  'arm,cortex-a9-gic',
  'arm,cortex-a7-gic',
  'arm,cortex-a5-gic',
  'arm,eb11mp-gic',
  'arm,arm1176jzf-devchip-gic',
  'arm,arm11mp-gic',
  'arm,tc11mp-gic',
  'arm,pl390',
  'brcm,brahma-b15-gic',
  'qcom,msm-8660-qgic',
  'qcom,msm-qgic2',
]);

export const gicV3Compatibles: ReadonlySet<string> = new Set(['arm,gic-v3', 'qcom,msm8996-gic-v3']);

/** Controllers between devices and the GIC that wake a sleeping chip and pass on the GIC's numbers, SPIs as they are. */
const forwarding: ReadonlySet<string> = new Set([
  'allwinner,sun6i-a31-r-intc',
  'allwinner,sun8i-h3-r-intc',
  'allwinner,sun50i-a64-r-intc',
  'allwinner,sun50i-h6-r-intc',
  'fsl,imx6q-gpc',
  'fsl,imx6sl-gpc',
  'fsl,imx6sx-gpc',
  'fsl,imx6ul-gpc',
  'fsl,imx7d-gpc',
  'fsl,imx8mq-gpc',
  'mediatek,mt6577-sysirq',
  'nvidia,tegra20-ictlr',
  'nvidia,tegra30-ictlr',
  'nvidia,tegra114-ictlr',
  'nvidia,tegra124-ictlr',
  'nvidia,tegra210-ictlr',
  'ti,omap4-wugen-mpu',
  'ti,omap5-wugen-mpu',
]);

function numbersLikeGic(controller: TreeNode): boolean {
  return compatibleOf(controller).some((name) => gicV2Compatibles.has(name) || gicV3Compatibles.has(name) || forwarding.has(name));
}

/** By the type cell of a GIC specifier (dt-bindings/interrupt-controller/arm-gic.h): what it is, and the INTID of its number 0. */
const gicTypes: readonly { readonly kind: InterruptKind; readonly first: number }[] = [
  { kind: 'spi', first: 32 },
  { kind: 'ppi', first: 16 },
  // Extended SPIs and PPIs of GICv3.1.
  { kind: 'other', first: 4096 },
  { kind: 'other', first: 1056 },
];

/** Higher bits of a PPI's third cell hold a CPU mask. */
const triggerBits = 0xf;

export function readSpecifier(controller: TreeNode | undefined, cells: readonly number[]): InterruptSpecifier {
  const [type, number, flags] = cells;
  const known = type === undefined ? undefined : gicTypes[type];
  if (controller !== undefined && known !== undefined && number !== undefined && flags !== undefined && numbersLikeGic(controller))
    return { intid: known.first + number, kind: known.kind, number, flags: flags & triggerBits };
  return { intid: undefined, kind: 'other', number: type ?? 0, flags: 0 };
}
