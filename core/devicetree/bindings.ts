/** Where the text of a built-in header is said to stand. */
export const bindingScheme = 'devicetree-bindings:';

function header(about: string, guard: string, body: string): string {
  return `/* ${about}, built into Jailhouse Cells. Values as in Linux; a header on the include paths takes its place. */
#ifndef ${guard}
#define ${guard}
${body}
#endif
`;
}

/**
 * The kernel's device-tree headers that guest trees for Jailhouse need, by include name: names and values of Linux 6.12,
 * include/dt-bindings. An include path of the user's own comes first.
 */
export const bindings: ReadonlyMap<string, string> = new Map([
  [
    'dt-bindings/interrupt-controller/irq.h',
    header(
      'How an interrupt is triggered',
      '_DT_BINDINGS_INTERRUPT_CONTROLLER_IRQ_H',
      `
#define IRQ_TYPE_NONE 0
#define IRQ_TYPE_EDGE_RISING 1
#define IRQ_TYPE_EDGE_FALLING 2
#define IRQ_TYPE_EDGE_BOTH (IRQ_TYPE_EDGE_FALLING | IRQ_TYPE_EDGE_RISING)
#define IRQ_TYPE_LEVEL_HIGH 4
#define IRQ_TYPE_LEVEL_LOW 8
`,
    ),
  ],
  [
    'dt-bindings/interrupt-controller/arm-gic.h',
    header(
      'Interrupt specifiers of the ARM GIC: kind of interrupt (first cell) and CPU mask (third cell)',
      '_DT_BINDINGS_INTERRUPT_CONTROLLER_ARM_GIC_H',
      `
#include <dt-bindings/interrupt-controller/irq.h>

#define GIC_SPI 0
#define GIC_PPI 1
#define GIC_ESPI 2
#define GIC_EPPI 3

#define GIC_CPU_MASK_RAW(x) ((x) << 8)
#define GIC_CPU_MASK_SIMPLE(num) GIC_CPU_MASK_RAW((1 << (num)) - 1)
`,
    ),
  ],
  [
    'dt-bindings/gpio/gpio.h',
    header(
      'Flags of a GPIO line',
      '_DT_BINDINGS_GPIO_GPIO_H',
      `
#define GPIO_ACTIVE_HIGH 0
#define GPIO_ACTIVE_LOW 1

#define GPIO_PUSH_PULL 0
#define GPIO_SINGLE_ENDED 2
#define GPIO_LINE_OPEN_SOURCE 0
#define GPIO_LINE_OPEN_DRAIN 4
#define GPIO_OPEN_DRAIN (GPIO_SINGLE_ENDED | GPIO_LINE_OPEN_DRAIN)
#define GPIO_OPEN_SOURCE (GPIO_SINGLE_ENDED | GPIO_LINE_OPEN_SOURCE)

#define GPIO_PERSISTENT 0
#define GPIO_TRANSITORY 8

#define GPIO_PULL_UP 16
#define GPIO_PULL_DOWN 32
#define GPIO_PULL_DISABLE 64
`,
    ),
  ],
]);
