import type { TargetState } from '../observe/target-state.ts';

/** What a target's administrator has to allow: the programs that a deployment runs as root, and nothing more. A line for /etc/sudoers.d. */
export function sudoersLine({ user, tool, programs }: Pick<TargetState, 'user' | 'tool' | 'programs'>): string {
  const path = (name: string, usual: string): string => programs[name] ?? usual;
  const ip = path('ip', '/usr/sbin/ip');
  const cat = path('cat', '/usr/bin/cat');
  const commands = [
    path('jailhouse', tool ?? '/usr/local/sbin/jailhouse'),
    `${path('modprobe', '/usr/sbin/modprobe')} jailhouse`,
    `${ip} address *`,
    `${ip} link *`,
    `${cat} /proc/iomem`,
    `${cat} /sys/firmware/fdt`,
    path('dmesg', '/usr/bin/dmesg'),
  ];
  return `${user} ALL=(root) NOPASSWD: ${commands.join(', ')}`;
}
