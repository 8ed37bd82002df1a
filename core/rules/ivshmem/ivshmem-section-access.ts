import { bdfName, type IvshmemDevice, type IvshmemSection, ivshmemDevices, sectionsOf } from '../../config/ivshmem.ts';
import { hasFlag, isEmpty } from '../../config/memory-flags.ts';
import type { Config, MemoryRegion } from '../../config/model.ts';
import { addMemoryFlags, removeMemoryFlags } from '../../fixes/flags.ts';
import type { Fix, Severity } from '../../source/finding.ts';
import type { FileRule } from '../rule.ts';

export const ivshmemSectionAccess: FileRule = {
  id: 'ivshmem-section-access',
  title: 'Ivshmem section with wrong access rights',
  severity: 'error',
  scope: 'file',
  catalogue: ['IVS-state-ro', 'IVS-rw-perm', 'IVS-out-perm'],
  prose: {
    meaning:
      'Each peer may read every section, write the common section and its own output section, and nothing else. A right that is missing is an error; a write access too much is a hole in the isolation: warning.',
    onTheBoard:
      'Missing: the guest dies at the first access, "Unhandled data read at ..." (observed). Too much: a peer can forge the state or the data of another, without a message.',
    remedy:
      'State table: READ. Common section: READ and WRITE. Output section `shmem_dev_id`: READ and WRITE. Other output sections: READ.',
  },
  bad: '/* output section of peer 0, in the config of peer 1 */\n.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_ROOTSHARED,',
  good: '.flags = JAILHOUSE_MEM_READ | JAILHOUSE_MEM_ROOTSHARED,',
  check(config, report) {
    for (const device of ivshmemDevices(config))
      for (const section of sectionsOf(config, device) ?? []) {
        const fault = faultOf(device, section);
        if (fault === undefined) continue;
        report({
          span: section.region.flags.span,
          severity: fault.severity,
          message: `${section.region.path} is the ${section.role}${section.peer === undefined ? '' : ` of peer ${section.peer}`} of the ivshmem device ${bdfName(device.bdf.value)}, whose own id is ${device.shmemDevId.value}: ${fault.text}`,
          related: [
            { span: device.shmemRegionsStart.span, message: `the sections start at region ${device.shmemRegionsStart.value}` },
            { span: device.shmemDevId.span, message: `own id ${device.shmemDevId.value}` },
          ],
          fixes: () => fault.fixes(config, section.region),
        });
      }
  },
};

interface Fault {
  readonly severity: Severity;
  readonly text: string;
  fixes(config: Config, region: MemoryRegion): readonly Fix[];
}

function faultOf(device: IvshmemDevice, section: IvshmemSection): Fault | undefined {
  const { region, role, peer } = section;
  // An id without an output section is told of by ivshmem-id-not-a-peer; what is its own is unknown then.
  if (isEmpty(region) || device.shmemDevId.value >= device.shmemPeers.value) return undefined;
  if (!hasFlag(region, 'READ'))
    return {
      severity: 'error',
      text: 'without READ the guest dies at its first look. Add JAILHOUSE_MEM_READ.',
      fixes: (config, faulty) => addMemoryFlags(config, faulty, 'READ'),
    };
  const mayWrite = role === 'common section' || peer === device.shmemDevId.value;
  if (mayWrite && !hasFlag(region, 'WRITE'))
    return {
      severity: 'error',
      text: 'without WRITE the guest dies when it sends. Add JAILHOUSE_MEM_WRITE.',
      fixes: (config, faulty) => addMemoryFlags(config, faulty, 'WRITE'),
    };
  if (!mayWrite && hasFlag(region, 'WRITE'))
    return {
      severity: 'warning',
      text: `with WRITE it could forge ${role === 'state table' ? 'the state of its peers' : 'what that peer sends'}. Drop JAILHOUSE_MEM_WRITE.`,
      fixes: (config, faulty) => removeMemoryFlags(config, faulty, 'WRITE'),
    };
  return undefined;
}
