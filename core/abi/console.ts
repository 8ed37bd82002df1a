import { constant, field, macro, type Section, struct } from './entry.ts';

/**
 * What `jailhouse/console.h` defines. Facts: include/jailhouse/console.h of siemens/jailhouse; which architecture drives
 * which type: hypervisor/arch/{arm-common,x86}/dbg-write.c.
 */
export const consoleSections: readonly Section[] = [
  {
    title: 'Console types: `type` of struct jailhouse_console',
    entries: [
      constant('JAILHOUSE_CON_TYPE_NONE', '0x0000', 'No console.'),
      constant('JAILHOUSE_CON_TYPE_EFIFB', '0x0001', 'EFI framebuffer, x86 hypervisor console only.'),
      constant('JAILHOUSE_CON_TYPE_8250', '0x0002', 'UART compatible with 8250 or 16550, by MMIO or by port.'),
      constant('JAILHOUSE_CON_TYPE_PL011', '0x0003', 'Arm PrimeCell PL011.'),
      constant('JAILHOUSE_CON_TYPE_XUARTPS', '0x0004', 'Cadence UART of Xilinx Zynq and ZynqMP.'),
      constant('JAILHOUSE_CON_TYPE_MVEBU', '0x0005', 'UART of the Marvell Armada 3700.'),
      constant('JAILHOUSE_CON_TYPE_HSCIF', '0x0006', 'Renesas HSCIF.'),
      constant('JAILHOUSE_CON_TYPE_SCIFA', '0x0007', 'Renesas SCIFA.'),
      constant('JAILHOUSE_CON_TYPE_IMX', '0x0008', 'UART of NXP i.MX.'),
      constant('JAILHOUSE_CON_TYPE_IMX_LPUART', '0x0009', 'Low-power UART of NXP i.MX8.', { since: 13 }),
      constant('JAILHOUSE_CON_TYPE_SCIF', '0x000a', 'Renesas SCIF.', { since: 13 }),
    ],
  },
  {
    title: 'Console flags, bit 0: how the registers are reached',
    entries: [
      constant('JAILHOUSE_CON_ACCESS_PIO', '0x0000', 'x86 I/O ports; on ARM the hypervisor then prints nothing.'),
      constant('JAILHOUSE_CON_ACCESS_MMIO', '0x0001', 'Memory-mapped registers.'),
      macro('CON_IS_MMIO', ['flags'], ['!!((flags) & JAILHOUSE_CON_ACCESS_MMIO)'], '1 when console flags ask for memory-mapped registers.'),
    ],
  },
  {
    title: 'Console flags, bit 1: distance of the registers of an 8250',
    entries: [
      constant('JAILHOUSE_CON_REGDIST_1', '0x0000', 'Registers 1 byte apart, 8-bit accesses.'),
      constant('JAILHOUSE_CON_REGDIST_4', '0x0002', 'Registers 4 bytes apart, 32-bit accesses.'),
      macro('CON_USES_REGDIST_1', ['flags'], ['(((flags) & JAILHOUSE_CON_REGDIST_4) == 0)'], '1 when the registers are 1 byte apart.'),
    ],
  },
  {
    title: 'Console flags, bit 2: size of the EFI framebuffer',
    entries: [
      constant('JAILHOUSE_CON_FB_1024x768', '0x0000', 'Framebuffer of 1024 by 768 pixels.'),
      constant('JAILHOUSE_CON_FB_1920x1080', '0x0004', 'Framebuffer of 1920 by 1080 pixels.'),
      macro('FB_IS_1920x1080', ['flags'], ['!!((flags) & JAILHOUSE_CON_FB_1920x1080)'], '1 when the framebuffer has 1920 by 1080 pixels.'),
    ],
  },
  {
    title: 'Console flags, bits 12 and 13: quirks; all other bits are reserved',
    entries: [
      constant('JAILHOUSE_CON_INVERTED_GATE', '0x1000', 'Bit `gate_nr` of `clock_reg` is cleared, not set, to switch the clock on.'),
      macro('CON_HAS_INVERTED_GATE', ['flags'], ['!!((flags) & JAILHOUSE_CON_INVERTED_GATE)'], '1 when the clock gate is inverted.'),
      constant('JAILHOUSE_CON_MDR_QUIRK', '0x2000', 'An 8250 that is enabled through its MDR register, as on TI OMAP and K3.', {
        since: 12,
      }),
      macro('CON_HAS_MDR_QUIRK', ['flags'], ['!!((flags) & JAILHOUSE_CON_MDR_QUIRK)'], '1 when the UART needs the MDR quirk.', {
        since: 12,
      }),
    ],
  },
  {
    title: 'The console descriptor',
    entries: [
      struct('jailhouse_console', 'A UART or framebuffer: for the hypervisor in the system config, for the inmate in a cell config.', [
        field('__u64', 'address', 'First register: physical for the hypervisor, guest-physical for a cell, a port number with PIO.', {
          unit: 'host or guest address',
        }),
        field('__u32', 'size', 'Length of the register block; the hypervisor maps this much.', { unit: 'bytes' }),
        field('__u16', 'type', 'JAILHOUSE_CON_TYPE_*.'),
        field('__u16', 'flags', 'JAILHOUSE_CON_* bits above.', { unit: 'bit set' }),
        field('__u32', 'divider', 'Baud rate divider to program; 0 leaves the UART as Linux or the firmware set it up.'),
        field('__u32', 'gate_nr', 'Bit of `clock_reg` that gates the clock of the UART, 0 to 31.', { unit: 'bit number' }),
        field('__u64', 'clock_reg', '32-bit clock gate register; 0 when the clock need not be switched.', {
          unit: 'host or guest address',
        }),
      ]),
    ],
  },
];
