import { readCpuRanges as readCpus } from '../observe/cpu-ranges.ts';
import { kernelLogScript, observeScript, readState } from '../observe/observe.ts';
import type { Sections } from '../observe/sections.ts';
import type { TargetState } from '../observe/target-state.ts';

/** What the doctor reads of a target beyond its state. An undefined text could not be read; without root many cannot. */
export interface BoardFacts {
  readonly state: TargetState;
  /** `aarch64`. */
  readonly machine: string;
  /** `uname -r`. */
  readonly kernel: string;
  readonly model: string | undefined;
  readonly compatible: readonly string[];
  readonly cpuinfo: string | undefined;
  readonly commandLine: string | undefined;
  readonly iomem: string | undefined;
  /** Bytes of /sys/firmware/fdt. */
  readonly deviceTree: Uint8Array | undefined;
  /** `enable-method` of the CPUs; several where they differ. */
  readonly enableMethods: readonly string[];
  /** A `/psci` node is in the live tree. */
  readonly psci: boolean;
  /** What the kernel's log says of the exception level that the CPUs were started in; undefined where the line is gone. */
  readonly startedAt: string | undefined;
  readonly onlineCpus: readonly number[];
  /** `v0.12 (324-ge57d1eff)`; undefined where there is no module. */
  readonly moduleVersion: string | undefined;
  /** The first of the kernel's firmware folders that has the hypervisor, and whether it begins as it should. */
  readonly firmware: { readonly path: string; readonly isJailhouse: boolean } | undefined;
  /** Lines of the kernel's configuration; undefined where the kernel does not show it. */
  readonly kernelOptions: ReadonlyMap<string, string> | undefined;
  readonly configTxt: { readonly path: string; readonly text: string } | undefined;
  readonly firmwareIntegers: string | undefined;
  readonly firmwareStrings: string | undefined;
  /** MiB of GPU memory by `vcgencmd get_mem gpu`. */
  readonly gpuMem: number | undefined;
  /** Bytes that are free where the files go. */
  readonly freeBytes: number | undefined;
  /** Who holds the lock of another deployment; undefined: nobody. */
  readonly deploying: string | undefined;
}

/** @param folder The system's folder on the target, a safe file name. */
export function factsScript(sections: Sections, folder: string): string {
  const asRoot = (path: string): string => `cat ${path} 2>/dev/null || $ROOT cat ${path} 2>/dev/null`;
  return [
    observeScript(sections, folder).replace(/section end$/, ''),
    kernelLogScript,
    'section machine; uname -m',
    'section release; uname -r',
    'section model; { tr -d "\\000" < /proc/device-tree/model; } 2>/dev/null',
    'section compatible; { tr "\\000" "\\n" < /proc/device-tree/compatible; } 2>/dev/null',
    'section cpuinfo; cat /proc/cpuinfo',
    'section cmdline; cat /proc/cmdline',
    // Anybody may read it, but sees zeros only.
    `section iomem; $ROOT cat /proc/iomem 2>/dev/null || cat /proc/iomem`,
    `section fdt; { ${asRoot('/sys/firmware/fdt')}; } | base64`,
    'section enable-methods; for m in /proc/device-tree/cpus/cpu@*/enable-method; do [ -f "$m" ] && tr "\\000" "\\n" < "$m"; done | sort -u',
    'section psci; [ -d /proc/device-tree/psci ] && echo yes',
    'section started; log | grep -o "CPU.* started at EL[0-9]" | tail -n 1',
    'section online; cat /sys/devices/system/cpu/online',
    'section module-version; cat /sys/module/jailhouse/version 2>/dev/null || modinfo -F version jailhouse 2>/dev/null',
    'section firmware; for d in "$(cat /sys/module/firmware_class/parameters/path 2>/dev/null)" "/lib/firmware/updates/$(uname -r)" /lib/firmware/updates "/lib/firmware/$(uname -r)" /lib/firmware; do',
    'if [ -n "$d" ] && [ -f "$d/jailhouse.bin" ]; then printf "%s %s\\n" "$(head -c 8 "$d/jailhouse.bin" 2>/dev/null)" "$d/jailhouse.bin"; break; fi; done',
    'section options; { zcat /proc/config.gz 2>/dev/null || cat "/boot/config-$(uname -r)" 2>/dev/null; } | grep -E "^CONFIG_(OF_OVERLAY|PCI|PCI_HOST_GENERIC|HOTPLUG_CPU|KVM)="',
    'for f in /boot/firmware/config.txt /boot/config.txt; do if [ -f "$f" ]; then section config-path; echo "$f"; section config-txt; cat "$f"; break; fi; done',
    'section vc-int; vcgencmd get_config int 2>/dev/null',
    'section vc-str; vcgencmd get_config str 2>/dev/null',
    'section vc-gpu; vcgencmd get_mem gpu 2>/dev/null',
    'section disk; df -Pk "$HOME" | tail -n 1',
    `section deploying; ps -eo args 2>/dev/null | sed -n 's/.*[j]ailhouse-cells-lock \\([A-Za-z0-9_@.-]*\\).*/\\1/p' | head -n 1`,
    'section end',
  ].join('\n');
}

/** What `factsScript` printed. */
export function readFacts(sections: ReadonlyMap<string, string>): BoardFacts {
  const line = (name: string): string => sections.get(name)?.trim() ?? '';
  const text = (name: string): string | undefined => {
    const found = sections.get(name);
    return found === undefined || found.trim() === '' ? undefined : found;
  };
  const listed = (name: string): readonly string[] => (sections.get(name) ?? '').split('\n').filter((entry) => entry !== '');
  const state = readState(sections);
  const [, signature, firmwarePath] = /^(.*?) (\/.+)$/.exec(line('firmware')) ?? [];
  const fdt = Buffer.from(sections.get('fdt') ?? '', 'base64');
  const options = listed('options').flatMap((entry): [string, string][] => {
    const match = /^(CONFIG_\w+)=(.+)$/.exec(entry);
    return match === null ? [] : [[match[1] as string, match[2] as string]];
  });
  const gpu = /gpu=(\d+)M/.exec(line('vc-gpu'))?.[1];
  const free = line('disk').split(/\s+/).at(3);
  const configTxt = sections.get('config-txt');
  return {
    state,
    machine: line('machine'),
    kernel: line('release'),
    model: line('model') || undefined,
    compatible: listed('compatible'),
    cpuinfo: text('cpuinfo'),
    commandLine: text('cmdline'),
    iomem: text('iomem'),
    deviceTree: fdt.length > 0 ? new Uint8Array(fdt) : undefined,
    enableMethods: listed('enable-methods'),
    psci: line('psci') === 'yes',
    startedAt: /EL\d/.exec(line('started'))?.[0],
    onlineCpus: readCpus(line('online')),
    moduleVersion: line('module-version') || undefined,
    firmware: firmwarePath === undefined ? undefined : { path: firmwarePath, isJailhouse: signature === 'JAILHOUS' },
    kernelOptions: options.length === 0 ? undefined : new Map(options),
    configTxt: configTxt === undefined ? undefined : { path: line('config-path'), text: configTxt },
    firmwareIntegers: text('vc-int'),
    firmwareStrings: text('vc-str'),
    gpuMem: gpu === undefined ? undefined : Number(gpu),
    freeBytes: free !== undefined && /^\d+$/.test(free) ? Number(free) * 1024 : undefined,
    deploying: line('deploying') || undefined,
  };
}
