import { type AddressRange, type AddressWindow, physRange, virtRange } from '../config/address-window.ts';
import { gicWindows, ivshmemBarWindow, mmconfigWindow } from '../config/intercepted-windows.ts';
import { hasFlag, isCommRegion, isEmpty, isSubPage } from '../config/memory-flags.ts';
import type { Config, MemoryRegion } from '../config/model.ts';
import { cellName, rangeText, regionByPhys, regionByVirt } from '../rules/wording.ts';
import type { RelatedPlace } from '../source/finding.ts';
import { addressRange, hex, humanSize } from '../source/numbers.ts';
import { abortSyndrome } from './exception-class.ts';
import type { Cause } from './explanation.ts';
import type { Access, Crash } from './incident.ts';
import { ivshmemAddressCauses } from './ivshmem-address-causes.ts';

/** An access this close to a region is taken for one that missed it. */
const nearby = 0x10000n;
/** Where the inmate library and the Linux loader expect the communication region (inmates/lib: COMM_REGION_BASE). */
const commRegionBase: Readonly<Record<Config['arch'], bigint>> = { arm64: 0x80000000n, arm: 0x80000000n, x86: 0x100000n };

const verb: Readonly<Record<Access['direction'], string>> = { read: 'read', write: 'write', execute: 'execute code' };
const flagOf = { read: 'READ', write: 'WRITE', execute: 'EXECUTE' } as const;

/** What the configs say about an address that a cell could not access; `others` are the other members of the system. */
export function accessCauses(
  access: Access,
  crash: Crash,
  cell: Config,
  system: Config | undefined,
  others: readonly Config[],
): readonly Cause[] {
  const isRoot = cell.system !== undefined;
  const causes: Cause[] = [];
  const inside = regionsOf(cell).filter((region) => contains(virtRange(region), access.address));
  // What is mapped page by page counts before what is trapped; among pages the last entry does.
  const region = inside.filter((candidate) => !isSubPage(candidate)).at(-1) ?? inside.at(-1);
  const sections = ivshmemAddressCauses(access.address, cell, region);
  causes.push(...sections);
  if (region !== undefined) {
    const own = insideRegion(access, crash, cell, region);
    // A guest that computes a wrong section ends in one that it may only read.
    causes.push(...own.map((cause) => (sections.length > 0 ? { ...cause, confidence: 'possible' as const } : cause)));
  }
  if (isRoot) causes.push(...givenAway(access.address, others));
  causes.push(...windowCauses(access.address, cell, system));
  if (region === undefined) causes.push(...outside(access, cell, isRoot, others));
  return causes;
}

function insideRegion(access: Access, crash: Crash, cell: Config, region: MemoryRegion): readonly Cause[] {
  const places = [place(region)];
  const address = hex(access.address);
  if (isSubPage(region)) return [trapped(access, crash, cell, region)];
  const flag = flagOf[access.direction];
  // Execute-never is not used on ARM (arm-common/mmu_cell.c): READ decides.
  const wanted = flag === 'EXECUTE' && cell.arch !== 'x86' ? 'READ' : flag;
  if (!hasFlag(region, wanted)) {
    return [
      {
        title: `The region lacks ${wanted}`,
        text: `${regionByVirt(region)} of ${cellName(cell)} holds ${address}, but without JAILHOUSE_MEM_${wanted}, so that the cell may not ${verb[access.direction]} there. Add the flag, or keep the guest from it.`,
        confidence: 'certain',
        places: [{ span: region.flags.span, message: `flags of ${regionByVirt(region)}` }],
      },
    ];
  }
  const fault = crash.syndrome === undefined ? undefined : abortSyndrome(crash.syndrome).fault;
  const stale = fault === 'permission' ? ' For a permission fault the printed page may be an old one: look at the registers instead.' : '';
  return [
    {
      title: 'This config allows the access',
      text: `${regionByVirt(region)} of ${cellName(cell)} holds ${address} with the right flags. The cell on the board was then made from another config, or lost the range to another cell: build, copy, destroy and create it again.${stale}`,
      confidence: 'possible',
      places,
    },
  ];
}

function trapped(access: Access, crash: Crash, cell: Config, region: MemoryRegion): Cause {
  const { address, direction } = access;
  const isRam = hasFlag(region, 'EXECUTE') || hasFlag(region, 'LOADABLE');
  if (direction === 'execute' || isRam) {
    return {
      title: 'The region is no whole number of pages',
      text: `${regionByVirt(region)} of ${cellName(cell)} holds ${hex(address)}, but its start or size (${hex(region.size.value)}) is no multiple of 4 KiB: the hypervisor does not map it, and no code runs there. Round both to 0x1000.`,
      confidence: 'certain',
      places: [place(region)],
      rule: 'ram-not-page-aligned',
    };
  }
  const syndrome = crash.syndrome === undefined ? undefined : abortSyndrome(crash.syndrome);
  const undecoded = syndrome?.decoded === false;
  return {
    title: undecoded ? 'The instruction cannot be emulated' : 'The access is trapped and was not taken',
    text: `${regionByVirt(region)} of ${cellName(cell)} is part of a page, so that each access is emulated. ${
      undecoded ? 'This one was' : 'That fails for'
    } a load or store of a pair, with write-back or SIMD, or one across the end of the region. Use plain accesses in the guest, or make the region whole pages.`,
    confidence: undecoded ? 'certain' : 'likely',
    places: [place(region)],
  };
}

/** Memory of the root cell that went to another cell at create or start (control.c:unmap_from_root_cell). */
function givenAway(address: bigint, cells: readonly Config[]): readonly Cause[] {
  return cells.flatMap((cell) =>
    regionsOf(cell)
      .filter((region) => !isCommRegion(region) && contains(physRange(region), address))
      .filter((region) => !hasFlag(region, 'ROOTSHARED') || hasFlag(region, 'LOADABLE'))
      .slice(0, 2)
      .map((region): Cause => {
        const isRam = hasFlag(region, 'LOADABLE') || hasFlag(region, 'EXECUTE');
        return {
          title: `The address was given to cell "${cell.cell.name.value}"`,
          text: `${regionByPhys(region)} is taken from the root cell when ${cellName(cell)} is created${
            hasFlag(region, 'ROOTSHARED') ? ' (LOADABLE counts although ROOTSHARED is set)' : ''
          }, and Linux still uses it. ${
            isRam
              ? "Reserve it in the board's device tree with no-map, so that Linux keeps off."
              : 'Add JAILHOUSE_MEM_ROOTSHARED if both shall use it, or disable the device in the device tree of the root cell.'
          }`,
          confidence: 'likely',
          places: [{ span: region.physStart.span, message: `${regionByPhys(region)} of ${cellName(cell)}` }],
        };
      }),
  );
}

function windowCauses(address: bigint, cell: Config, system: Config | undefined): readonly Cause[] {
  if (system?.system === undefined) return [];
  const memory = system.system.hypervisorMemory;
  const hypervisor: AddressWindow = { name: 'the hypervisor memory', ...physRange(memory), span: memory.physStart.span };
  const bars = ivshmemBarWindow(system);
  const windows: readonly (readonly [AddressWindow | undefined, string])[] = [
    [hypervisor, 'No cell may write there, and reading gives nothing. Leave it out of the memory that the guest uses.'],
    [mmconfigWindow(system), 'Such accesses are trapped where the cell has PCI devices; a cell without any has no configuration space.'],
    [
      bars,
      'Registers of a virtual device answer only after the guest has switched on its memory space; a cell without the device has nothing there.',
    ],
    ...gicWindows(system).map(
      (unit) => [unit, 'The hypervisor emulates single loads and stores of 32 bits there; others end the cell.'] as const,
    ),
  ];
  return windows.flatMap(([window, text]) =>
    window !== undefined && contains(window, address)
      ? [
          {
            title: `The address is in ${window.name}`,
            text: `${hex(address)} lies in ${window.name} ${rangeText(window)}. ${text}`,
            confidence: 'likely' as const,
            places: [{ span: window.span, message: `${window.name} ${rangeText(window)}` }, ...noPciDevices(window === bars, cell)],
          },
        ]
      : [],
  );
}

function noPciDevices(asked: boolean, cell: Config): readonly RelatedPlace[] {
  const counter = cell.arrays.find((array) => array.kind === 'pci-devices')?.counter;
  return asked && counter?.value === 0 ? [{ span: counter.span, message: `${cellName(cell)} has no PCI devices` }] : [];
}

function outside(access: Access, cell: Config, isRoot: boolean, others: readonly Config[]): readonly Cause[] {
  const { address } = access;
  const causes: Cause[] = [];
  const reset = cell.cell.cpuResetAddress;
  if (!isRoot && access.direction === 'execute' && reset !== undefined && address === reset.value) {
    causes.push({
      title: 'The cell starts where it has no memory',
      text: `cpu_reset_address ${hex(address)} lies in no region of ${cellName(cell)}. Set it to the start of the program, as the cell sees it, or add the region.`,
      confidence: 'certain',
      places: [{ span: reset.span, message: `cpu_reset_address ${hex(reset.value)}` }],
    });
  }
  causes.push(...commRegion(address, cell), ...console(address, cell), ...near(access, cell, isRoot), ...physical(address, cell, isRoot));
  if (address < 0x1000n && causes.length === 0) {
    causes.push({
      title: 'A null pointer in the guest',
      text: `${hex(address)} is in the first page, and ${cellName(cell)} has no memory there: most likely a mistake of the program. pc and lr of the report name the place.`,
      confidence: 'likely',
      places: [],
    });
  }
  const owner = others.find((other) => other !== cell && regionsOf(other).some((region) => contains(virtRange(region), address)));
  const region = regionsOf(owner).find((candidate) => contains(virtRange(candidate), address));
  if (!isRoot && owner !== undefined && region !== undefined && !isCommRegion(region)) {
    causes.push({
      title: `Only ${cellName(owner)} has this address`,
      text: `${hex(address)} is in ${regionByVirt(region)} of ${cellName(owner)}, and in no region of ${cellName(cell)}. Give the cell a region for the device or memory, or take it out of the guest's device tree.`,
      confidence: 'likely',
      places: [place(region)],
    });
  }
  if (causes.length === 0) causes.push(nowhere(access, cell, isRoot));
  return causes;
}

function commRegion(address: bigint, cell: Config): readonly Cause[] {
  const base = commRegionBase[cell.arch];
  if (cell.system !== undefined || address < base || address >= base + 0x1000n) return [];
  const region = regionsOf(cell).find(isCommRegion);
  const how = region === undefined ? 'has no communication region' : `has its communication region at ${hex(region.virtStart.value)}`;
  return [
    {
      title: 'The communication region is missing',
      text: `Programs of the inmate library and the Linux loader expect it at ${hex(base)}, and ${cellName(cell)} ${how}. Add a region with .virt_start = ${hex(base)}, .size = 0x1000 and JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE | JAILHOUSE_MEM_COMM_REGION, and look at num_memory_regions.`,
      confidence: 'certain',
      places: region === undefined ? countersOf(cell) : [place(region)],
    },
  ];
}

function countersOf(cell: Config): readonly RelatedPlace[] {
  const counter = cell.arrays.find((array) => array.kind === 'memory-regions')?.counter;
  return counter === undefined ? [] : [{ span: counter.span, message: `num_memory_regions ${counter.value}` }];
}

function console(address: bigint, cell: Config): readonly Cause[] {
  const uart = cell.cell.console;
  if (cell.system !== undefined || uart === undefined || uart.address.value === 0n) return [];
  const size = BigInt(uart.size.value || 0x1000);
  if (!contains({ start: uart.address.value, size }, address)) return [];
  return [
    {
      title: 'The console of the cell is in none of its regions',
      text: `${hex(address)} belongs to the UART at ${hex(uart.address.value)} that the cell's console names. Add a region for it with READ, WRITE, IO and ROOTSHARED.`,
      confidence: 'certain',
      places: [{ span: uart.address.span, message: `console at ${hex(uart.address.value)}` }],
    },
  ];
}

function near(access: Access, cell: Config, isRoot: boolean): readonly Cause[] {
  const { address } = access;
  const found: { readonly gap: bigint; readonly cause: Cause }[] = [];
  for (const region of regionsOf(cell)) {
    if (isEmpty(region)) continue;
    const { start, size } = virtRange(region);
    const behind = address >= start + size;
    const gap = behind ? address - (start + size) : start - address;
    const samePage = address >> 12n === (behind ? start + size - 1n : start) >> 12n;
    if (gap > nearby && !(isRoot && behind && hasFlag(region, 'EXECUTE'))) continue;
    const where = behind
      ? gap === 0n
        ? 'right behind the end'
        : `${humanSize(gap)} behind the end`
      : `${humanSize(gap)} before the start`;
    found.push({
      gap,
      cause: {
        title: `${isRoot ? 'Linux uses more than' : 'The access misses'} ${region.path}`,
        text: `${hex(address)} is ${where} of ${regionByVirt(region)}. ${
          isRoot
            ? 'Linux has RAM or a device there that the system config does not give to the root cell: extend the region, or reserve the range.'
            : 'The region starts or ends too early, or the guest counts on another size.'
        }`,
        confidence: samePage || gap === 0n || isRoot ? 'likely' : 'possible',
        places: [{ span: behind ? region.size.span : region.virtStart.span, message: regionByVirt(region) }],
      },
    });
  }
  return found
    .sort((a, b) => (a.gap < b.gap ? -1 : a.gap > b.gap ? 1 : 0))
    .slice(0, 2)
    .map((entry) => entry.cause);
}

function physical(address: bigint, cell: Config, isRoot: boolean): readonly Cause[] {
  const region = regionsOf(cell).find(
    (candidate) =>
      !isCommRegion(candidate) && candidate.virtStart.value !== candidate.physStart.value && contains(physRange(candidate), address),
  );
  if (isRoot || region === undefined) return [];
  return [
    {
      title: 'A physical address is used where the cell sees another one',
      text: `${hex(address)} is in ${regionByPhys(region)} by its physical address; the cell sees this memory at ${hex(region.virtStart.value)}. Use that in the guest's device tree or program, or make virt_start the same.`,
      confidence: 'likely',
      places: [{ span: region.virtStart.span, message: regionByVirt(region) }],
    },
  ];
}

function nowhere(access: Access, cell: Config, isRoot: boolean): Cause {
  const below = regionsOf(cell)
    .filter((region) => !isEmpty(region) && region.virtStart.value <= access.address)
    .sort(byStart)
    .at(-1);
  const above = regionsOf(cell)
    .filter((region) => !isEmpty(region) && region.virtStart.value > access.address)
    .sort(byStart)
    .at(0);
  const neighbours = [below, above].filter((region) => region !== undefined);
  return {
    title: `${cellName(cell)} has nothing at ${hex(access.address)}`,
    text: `No region holds the address; the nearest are ${neighbours.map((region) => regionByVirt(region)).join(' and ') || 'none at all'}. ${
      isRoot
        ? 'Find the owner in /proc/iomem and the device tree of the board, and give it to the root cell.'
        : "Find the device at this address in the guest's device tree, and add a region or disable it."
    }`,
    confidence: 'likely',
    places: neighbours.map(place),
  };
}

function byStart(a: MemoryRegion, b: MemoryRegion): number {
  return a.virtStart.value < b.virtStart.value ? -1 : 1;
}

/** The regions that the hypervisor sees: those that the counter announces. */
export function regionsOf(cell: Config | undefined): readonly MemoryRegion[] {
  if (cell === undefined) return [];
  const counter = cell.arrays.find((array) => array.kind === 'memory-regions')?.counter.value;
  return counter === undefined ? cell.memoryRegions : cell.memoryRegions.filter((region) => region.index < counter);
}

export function place(region: MemoryRegion): RelatedPlace {
  return { span: region.virtStart.span, message: `${region.path} ${addressRange(region.virtStart.value, region.size.value)}` };
}

export function contains(range: AddressRange, address: bigint): boolean {
  return address >= range.start && address < range.start + range.size;
}
