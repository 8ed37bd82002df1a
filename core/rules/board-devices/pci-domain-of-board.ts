import type { BoardPciHost } from '../../board/board.ts';
import { ivshmemDevices } from '../../config/ivshmem.ts';
import type { Field, SystemHeader } from '../../config/model.ts';
import { numberLike } from '../../fixes/number-style.ts';
import { fix, textAt, together } from '../../fixes/source-text.ts';
import { writeNumber } from '../../fixes/values.ts';
import type { Fix } from '../../source/finding.ts';
import type { BoardContext, BoardRule } from '../rule.ts';
import { writeInTree } from './tree-changes.ts';

/** Linux chooses the number (driver/pci.c). */
const anyDomain = 0xffff;

export const pciDomainOfBoard: BoardRule = {
  id: 'pci-domain-of-board',
  title: 'PCI domains of the virtual and the real host do not go together',
  severity: 'error',
  scope: 'board',
  arch: ['arm64', 'arm'],
  catalogue: ['PCI-domain-clash', 'PCI-domain-auto', 'BRD-pci-domain'],
  prose: {
    meaning:
      'Every PCI host of Linux has a domain of its own. Of the virtual host it is `pci_domain`, of the real ones `linux,pci-domain` in the device tree. The same number twice is an error. Where the virtual host has a number, the real ones should have one, too: kernels before 6.2 refuse to mix hosts with and without a number, and a host without one takes the lowest that is free, often 0. That is a warning; the other way round (`pci_domain` 0xffff, real hosts with numbers) works on newer kernels and is information.',
    onTheBoard:
      'Linux refuses one of the hosts: "probe of ... failed with error -28" (observed), on older kernels "Invalid domain ffffffff". The root cell has no virtual PCI devices then, and no shared memory.',
    remedy: 'Set `linux,pci-domain = <0>` in the node of the real host, in the overlay of the board, and `.pci_domain = 1`.',
  },
  bad: '/* board: pcie { linux,pci-domain = <0>; }; */\n.pci_is_virtual = 1,\n.pci_domain = 0,',
  good: '/* board: pcie { linux,pci-domain = <0>; }; */\n.pci_is_virtual = 1,\n.pci_domain = 1,',
  check(context, report) {
    const { board, system, member } = context;
    const header = system.system;
    const domain = header?.pciDomain;
    if (member !== system || header === undefined || domain === undefined) return;
    if (header.pciIsVirtual.value === 0 || header.pciMmconfigBase.value === 0n) return;
    // Without devices nobody misses the host.
    const weaker = ivshmemDevices(system).length === 0 ? ({ severity: 'information' } as const) : {};
    const hosts = board.pciHosts.filter(({ enabled }) => enabled);
    const numbered = hosts.filter((host) => host.domain !== undefined);
    const unnumbered = hosts.filter((host) => host.domain === undefined && host.node !== undefined);
    if (domain.value === anyDomain) {
      const [first] = numbered;
      if (first !== undefined)
        report({
          span: domain.span,
          severity: 'information',
          message: `pci_domain 0xffff lets Linux choose, but ${first.name} of the board has the number ${first.domain}: kernels before 6.2 refuse to mix the two. Write a number of your own, such as ${freeDomains(hosts, [])[0]}.`,
          related: [{ span: first.span, message: `linux,pci-domain of ${first.name}` }],
          fixes: () => moveDomain(context, header, domain, hosts),
        });
      return;
    }
    const clash = numbered.find((host) => host.domain === domain.value);
    if (clash !== undefined)
      report({
        span: domain.span,
        ...weaker,
        message: `pci_domain ${domain.value} is the domain of ${clash.name} of the board: Linux would refuse the virtual host ("failed with error -28"), and the root cell has no virtual PCI devices. Choose another number, such as ${freeDomains(hosts, [])[0]}.`,
        related: [{ span: clash.span, message: `linux,pci-domain of ${clash.name} is ${clash.domain}` }],
        fixes: () => moveDomain(context, header, domain, hosts),
      });
    // By the order of the hosts: each takes the lowest number that is free.
    const taken = freeDomains(numbered, []).slice(0, unnumbered.length);
    const free = freeDomains(hosts, [domain.value]);
    for (const [at, host] of unnumbered.entries()) {
      const same = taken[at] === domain.value;
      const wanted = free[at] ?? 0;
      report({
        span: host.span,
        ...(same ? weaker : { severity: weaker.severity ?? ('warning' as const) }),
        message: same
          ? `${host.name} has no linux,pci-domain and takes the lowest number that is free, ${taken[at]}, which is pci_domain of the config: Linux would refuse the virtual host, and the root cell has no virtual PCI devices. Write linux,pci-domain = <${wanted}>.`
          : `${host.name} has no linux,pci-domain, but the virtual host has pci_domain ${domain.value}: kernels before 6.2 refuse to mix the two ("Invalid domain ffffffff"), and the root cell has no virtual PCI devices then. Write linux,pci-domain = <${wanted}>.`,
        related: [{ span: domain.span, message: `pci_domain ${domain.value}` }],
        fixes: () => {
          const edit = host.node && writeInTree(context, host.node, 'linux,pci-domain', `<${wanted}>`);
          return edit === undefined
            ? []
            : [{ title: `Add linux,pci-domain = <${wanted}> to ${host.name}`, edits: [edit], needsChoice: true }];
        },
      });
    }
  },
};

/** Numbers that no host has, ascending; as many as there are hosts, and one more. */
function freeDomains(hosts: readonly BoardPciHost[], others: readonly number[]): readonly number[] {
  const taken = new Set([...others, ...hosts.map(({ domain }) => domain)]);
  const free: number[] = [];
  for (let domain = 0; free.length <= hosts.length + 1; domain++) if (!taken.has(domain)) free.push(domain);
  return free;
}

/** With the devices of root and cells that name the old number. */
function moveDomain(
  { system, cells }: BoardContext,
  header: SystemHeader,
  domain: Field<number>,
  hosts: readonly BoardPciHost[],
): readonly Fix[] {
  // A real host without a number keeps the lowest for itself.
  const next = freeDomains(hosts, [])[hosts.filter((host) => host.domain === undefined).length] ?? 1;
  const devices = [system, ...cells].flatMap((config) =>
    ivshmemDevices(config)
      .filter((device) => device.domain.value === domain.value && device.domain.text !== undefined)
      .map((device) => writeNumber(config, device, device.domain, BigInt(next))),
  );
  // pci_domain stands in platform_info, whose braces are not kept: only a typed value can be changed.
  const own = domain.text === undefined ? undefined : writeNumber(system, header, domain, BigInt(next));
  return fix(`Set pci_domain to ${numberLike(textAt(system, domain.text), BigInt(next))}`, together(own, ...devices));
}
