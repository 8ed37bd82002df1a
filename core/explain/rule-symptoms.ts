import { findRule } from '../rules/index.ts';
import { type ErrnoName, errnoText } from './errno.ts';
import { commandOf, type Operation } from './operation.ts';

/** `enable EINVAL`, or a way in which a board dies or something stays silent. */
export type Symptom =
  | `${Operation} ${ErrnoName}`
  | 'freeze at enable'
  | 'hypervisor abort'
  | 'cell dies'
  | 'root dies'
  | 'no virtual PCI'
  | 'freeze later';

const shape = [
  'array-counter-mismatch',
  'array-counter-missing',
  'array-order',
  'array-partly-filled',
  'struct-not-packed',
  'config-file-size',
];

/**
 * Rules whose violation was observed to end so, or does by the code that the rule's page names; most telling first. Rules that
 * are not listed are found by their page (`mentions`).
 */
const symptoms: Partial<Readonly<Record<Symptom, readonly string[]>>> = {
  'enable EINVAL': [
    'system-signature',
    'several-objects',
    'config-revision',
    'architecture-mismatch',
    'architecture-missing',
    'hypervisor-memory-too-small',
    'hypervisor-memory-too-large',
    'root-cpu-set-empty',
    'cpu-set-size-zero',
    'cpu-set-too-large',
    'gicv2-cpu-limit',
    'irqchip-pin-base',
    'ioapic-pin-base',
    'ivshmem-region-range',
    'ivshmem-id-limit',
    'ivshmem-vectors',
    'gic-version',
    'iommu-unit-type',
    'stream-ids-conflict',
    'cache-region',
    'vtd-interrupt-limit',
    'console-size-missing',
    ...shape,
  ],
  'enable EBUSY': ['pci-device-duplicate', ...shape],
  'enable ENODEV': ['gic-version', 'gic-base-missing', 'gic-base-alignment'],
  'enable ENOMEM': ['hypervisor-memory-too-small', 'no-intercepted-region', ...shape],
  'enable EIO': ['gic-base-missing', 'gic-base-alignment'],
  'enable EFAULT': ['config-file-size', 'struct-not-packed'],
  'create EINVAL': [
    'cell-signature',
    'several-objects',
    'config-revision',
    'x86-cell-takes-cpu0',
    'irqchip-pin-base',
    'ioapic-pin-base',
    'ivshmem-region-range',
    'ivshmem-id-limit',
    'ivshmem-vectors',
    'cpu-set-too-large',
    'stream-ids-conflict',
    'cells-share-stream-id',
    'cache-region',
    'cache-of-root',
    ...shape,
  ],
  'create EEXIST': ['name-taken-by-root', 'cells-share-name', 'name-too-long'],
  'create EBUSY': [
    'cell-cpu-not-in-root',
    'cell-takes-all-cpus',
    'cells-share-cpus',
    'cells-starve-root',
    'cpu-set-size-zero',
    'ivshmem-id-taken-by-root',
    'cells-share-ivshmem-id',
    'pci-device-duplicate',
    ...shape,
  ],
  'create ENOMEM': ['hypervisor-memory-too-small', 'hypervisor-memory-no-room-for-cell', 'no-intercepted-region', ...shape],
  'create E2BIG': ['config-too-large', ...shape],
  'create ENOENT': ['architecture-mismatch', 'architecture-missing'],
  'load ENOENT': ['architecture-mismatch', 'architecture-missing', 'name-too-long', 'name-empty', 'name-is-number'],
  'load EINVAL': [
    'regions-overlap-virtually',
    'ram-not-page-aligned',
    'loadable-not-writable',
    'load-region-shadowed',
    'no-loadable-region',
    'inmate-ram-too-small',
    ...shape,
  ],
  'load EPERM': ['message-timeout-unit', 'comm-reply-awaited-forever'],
  'start ENOENT': ['architecture-mismatch', 'architecture-missing', 'name-too-long', 'name-empty', 'name-is-number'],
  'start EPERM': ['message-timeout-unit'],
  'shutdown EPERM': ['message-timeout-unit'],
  'linux EINVAL': [
    'regions-overlap-virtually',
    'ram-not-page-aligned',
    'loadable-not-writable',
    'load-region-shadowed',
    'no-loadable-region',
    'inmate-ram-too-small',
    'linux-ram-flags',
    ...shape,
  ],
  'freeze at enable': [
    'hypervisor-memory-alignment',
    'mmconfig-overlaps-hypervisor',
    'region-overlaps-hypervisor',
    'root-region-not-identity',
    'gic-base-missing',
    'gic-base-alignment',
    'hypervisor-memory-too-small',
    'hypervisor-memory-first-block',
    'console-crosses-2m',
    'console-size-missing',
    'console-size-short',
    'root-ram-read-only',
    ...shape,
  ],
  'hypervisor abort': [
    'gic-version',
    'pci-device-on-virtual-host',
    'pci-device-is-root-ivshmem',
    'pci-device-type',
    'ivshmem-region-range',
    'ivshmem-peer-count',
    'region-wraps',
    'subpage-crosses-page',
    'pci-caps-range',
    'cell-cpu-set-empty',
    'mmconfig-overlaps-hypervisor',
    'region-overlaps-hypervisor',
    'pci-msix-table',
    'console-size-short',
    ...shape,
  ],
  'cell dies': [
    'subpage-without-width',
    'ram-not-page-aligned',
    'region-without-access',
    'region-write-only',
    'comm-region-size',
    'region-phys-alignment',
    'regions-overlap-virtually',
    'ivshmem-sections-gap',
    'ivshmem-section-access',
    'ivshmem-id-not-a-peer',
    'ivshmem-output-size',
    'ivshmem-memory-differs',
    'cells-share-memory',
    'region-overlaps-hypervisor',
    'irqchip-wrong-address',
    'cell-console-unmapped',
    'cell-console-width',
    'comm-region-address',
    'comm-region-missing',
    'comm-region-hidden',
    'reset-address-unmapped',
    'aarch32-several-cpus',
    'aarch32-above-4g',
    'inmate-ram-too-small',
    'subpage-start-unaligned',
    'region-beyond-address-space',
    'reset-region-not-loadable',
    ...shape,
  ],
  'root dies': [
    'ivshmem-not-rootshared',
    'mmconfig-end-bus',
    'pci-device-is-root-ivshmem',
    'root-region-not-identity',
    'region-overlaps-hypervisor',
    'pci-device-type',
    'mmconfig-overlaps-hypervisor',
    'region-write-only',
    'region-without-access',
    'loadable-not-in-root',
    'loadable-rootshared',
    'root-ram-read-only',
    'subpage-not-rootshared',
    ...shape,
  ],
  'freeze later': ['comm-reply-awaited-forever', 'message-timeout-unit'],
  'no virtual PCI': [
    'mmconfig-above-4g',
    'mmconfig-missing',
    'mmconfig-overlaps-hypervisor',
    'region-covers-mmconfig',
    'region-covers-bar-window',
    'ivshmem-bus',
    ...shape,
  ],
};

/** Every rule id that the table names, for a test that they exist. */
export const listedRules: readonly string[] = [...new Set(Object.values(symptoms).flat())];

export function rulesFor(symptom: Symptom): readonly string[] {
  return symptoms[symptom] ?? [];
}

/** A rule that no table lists, but whose page speaks of this very error of this very command. */
export function mentions(rule: string, operation: Operation, errno: ErrnoName): boolean {
  if (listedRules.includes(rule)) return false;
  const page = findRule(rule)?.prose.onTheBoard;
  return page?.includes(commandOf[operation]) === true && (page.includes(errnoText(errno)) || page.includes(errno));
}
