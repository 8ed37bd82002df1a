/** How the value of a setting is read. */
export type SettingKind = 'number' | 'text';

/** Settings that the checks read: a slip in their names matters. */
export const checkedSettings: ReadonlyMap<string, SettingKind> = new Map([
  ['gpu_mem', 'number'],
  ['gpu_mem_256', 'number'],
  ['gpu_mem_512', 'number'],
  ['gpu_mem_1024', 'number'],
  ['total_mem', 'number'],
  ['arm_peri_high', 'number'],
  ['arm_64bit', 'number'],
  ['armstub', 'text'],
  ['enable_gic', 'number'],
  ['enable_uart', 'number'],
  ['uart_2ndstage', 'number'],
  ['core_freq', 'number'],
  ['kernel', 'text'],
  ['kernel_address', 'number'],
  ['cmdline', 'text'],
  ['os_prefix', 'text'],
  ['device_tree', 'text'],
  ['device_tree_address', 'number'],
  ['device_tree_end', 'number'],
  ['dtoverlay', 'text'],
  ['dtparam', 'text'],
  ['start_x', 'number'],
  ['start_file', 'text'],
  ['fixup_file', 'text'],
]);

/** Other settings that exist and are close to the name of one that is checked: no slips. */
export const otherSettings: ReadonlySet<string> = new Set([
  'arm_control',
  'arm_freq',
  'arm_boost',
  'boot_delay',
  'core_freq_min',
  'core_freq_fixed',
  'device_tree_param',
  'device_tree_overlay',
  'dtdebug',
  'gpu_freq',
  'gpu_freq_min',
  'gpio',
  'h264_freq',
  'hevc_freq',
  'initramfs',
  'isp_freq',
  'kernel_old',
  'overlay_prefix',
  'ramfsaddr',
  'ramfsfile',
  'sdram_freq',
  'start_debug',
  'start_cd',
  'start_db',
  'upstream_kernel',
  'v3d_freq',
]);

/** Settings that the bootloader acts on, before the firmware that follows `include` runs. */
export const bootloaderSettings: ReadonlySet<string> = new Set([
  'gpu_mem',
  'gpu_mem_256',
  'gpu_mem_512',
  'gpu_mem_1024',
  'total_mem',
  'start_x',
  'start_debug',
  'start_file',
  'fixup_file',
  'uart_2ndstage',
  'sdram_freq',
  'bootcode_delay',
]);

/** MiB that the firmware gives the GPU at least and at most on a board of 1 GiB and more (config.txt documentation, "Memory options"). */
export const gpuMemoryLimits = { least: 16, most: 944 } as const;

/** A number as the firmware reads it: decimal or 0x, and what follows it is ignored. Undefined where there is none, or one of more than 32 bits. */
export function leadingNumber(text: string): { readonly value: number; readonly rest: string } | undefined {
  const match = /^[ \t]*([+-]?(?:0[xX][0-9a-fA-F]+|\d+))/.exec(text);
  if (match?.[1] === undefined) return undefined;
  const digits = match[1];
  if (digits.length > 12) return undefined;
  const magnitude = Number(digits.replace(/^[+-]/, ''));
  const value = digits.startsWith('-') ? -magnitude : magnitude;
  return value > 0xffffffff ? undefined : { value, rest: text.slice(match[0].length) };
}
