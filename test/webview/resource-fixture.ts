import type { MapPlace, MemoryMapResult } from '@jailhouse-cells/protocol/map-messages.ts';
import type { ResourceClaim, ResourceProblem, SystemResources } from '@jailhouse-cells/protocol/resource-messages.ts';

const place = (line: number): MapPlace => ({ uri: 'file:///w/configs/demo.c', line, character: 2, endLine: line, endCharacter: 9 });

const claim = (lane: string, owner: string, field: string, line: number): ResourceClaim => ({ lane, owner, field, place: place(line) });

const problem = (severity: ResourceProblem['severity'], message: string, line: number): ResourceProblem => ({
  rule: 'cpu-not-in-root',
  severity,
  message,
  place: place(line),
});

/** Resources of a made-up system: of each kind of row one with and one without a problem. */
export function resources({ lanes }: Pick<MemoryMapResult, 'lanes'>): SystemResources {
  const cell = lanes.find(({ kind }) => kind === 'cell');
  const root = lanes.find(({ kind }) => kind === 'root');
  if (cell === undefined || root === undefined) throw new Error('no cells');
  const ofRoot = (field: string, line: number) => claim(root.id, root.title, field, line);
  const ofCell = (field: string, line: number) => claim(cell.id, cell.title, field, line);
  return {
    cpus: [
      { id: 'cpu:0', cpu: 0, claims: [ofRoot('cpus[0]', 10)], holder: root.id, problems: [], onBoard: true },
      { id: 'cpu:3', cpu: 3, claims: [ofRoot('cpus[0]', 10), ofCell('cpus[0]', 11)], holder: cell.id, problems: [], onBoard: true },
      {
        id: 'cpu:7',
        cpu: 7,
        claims: [ofCell('cpus[0]', 11)],
        holder: undefined,
        problems: [problem('error', 'CPU 7 is not one of the root cell: creating the cell fails with "Invalid argument".', 11)],
        onBoard: false,
      },
    ],
    interrupts: [
      {
        id: 'irq:125',
        intid: 125,
        spi: 93,
        controller: undefined,
        devices: ['serial@7e215040', 'spi@7e215080'],
        virtual: [],
        claims: [ofRoot('irqchips[0].pin_bitmap[2]', 20), ofCell('irqchips[0].pin_bitmap[2]', 21)],
        holder: cell.id,
        problems: [problem('warning', 'INTID 125 is shared by two devices.', 21)],
      },
      {
        id: 'irq:153',
        intid: 153,
        spi: 121,
        controller: undefined,
        devices: [],
        virtual: [`ivshmem 00:00.0 of ${root.title}`],
        claims: [],
        holder: 'hypervisor',
        problems: [],
      },
    ],
    functions: [
      {
        id: 'pci:0:1:0.0',
        name: '0000:01:00.0',
        kind: 'device',
        details: ['4 MSI vectors', 'capabilities 0 to 3'],
        claims: [ofRoot('pci_devices[0]', 30)],
        holder: root.id,
        problems: [],
      },
      {
        id: 'pci:1:0:0.0',
        name: '0001:00:00.0',
        kind: 'ivshmem',
        details: ['peer 0 of 3'],
        claims: [ofRoot('pci_devices[1]', 31), ofCell('pci_devices[0]', 32)],
        holder: root.id,
        holders: [root.id, cell.id],
        problems: [],
      },
    ],
    links: [
      {
        id: 'link:1:0:0.0',
        name: '0001:00:00.0',
        protocol: 'virtual Ethernet (VETH)',
        peers: [
          { ...ofRoot('pci_devices[1]', 31), peer: 0, intid: 153 },
          { ...ofCell('pci_devices[0]', 32), peer: 1, intid: undefined },
        ],
        absentPeers: [2],
        sections: [
          {
            title: 'state table',
            start: '0x3faf0000',
            end: '0x3faf1000',
            size: '4 KiB',
            writers: [],
            readers: [0, 1],
            blocks: [root.blocks[0]?.id ?? ''],
          },
          {
            title: 'output section of peer 0',
            start: '0x3fafa000',
            end: '0x3fb00000',
            size: '24 KiB',
            writers: [0],
            readers: [0, 1],
            blocks: [],
          },
        ],
        problems: [problem('information', 'Peer 2 is in no cell of the system.', 31)],
      },
    ],
  };
}
