import type { AddressWindow } from '../config/address-window.ts';
import type { DeviceTree } from '../devicetree/model.ts';
import { compatibleOf } from '../devicetree/tree-access.ts';
import type { Span } from '../source/span.ts';
import type { Board, BoardCpu, Firmware, KernelCommandLine } from './board.ts';
import { boardFromTree } from './from-tree.ts';
import { overlaidPi } from './overlaid-pi.ts';
import { type PiModel, piModelOf } from './pi-model.ts';
import { qemuArm64Board } from './qemu-arm64.ts';
import { piEnableMethod, raspberryPi4 } from './raspberry-pi-4.ts';

/** First `compatible` of QEMU's arm64 board. */
const QEMU = 'linux,dummy-virt';
const GIB = 1n << 30n;

/** Everything that is said of a board, from jailhouse.json, its files, or the name of the root config. */
export interface BoardInput {
  /** First `compatible` of the board's tree, as jailhouse.json states it: `raspberrypi,4-model-b`, `linux,dummy-virt`. */
  readonly model?: string | undefined;
  /** Bytes of RAM fitted; undefined: all sizes that the board is sold with, or what its tree says. */
  readonly ram?: bigint | undefined;
  /** CPUs of a QEMU board (`-smp`); other boards say it in their tree. */
  readonly cpus?: number | undefined;
  /** The board's tree with its overlays applied. */
  readonly tree?: DeviceTree | undefined;
  /** Overlays, where the tree itself is not at hand: for a Raspberry Pi they still tell of reservations. */
  readonly overlays?: readonly DeviceTree[] | undefined;
  /** config.txt, read for `boardPiModel(input)`. */
  readonly firmware?: Firmware | undefined;
  readonly commandLine?: KernelCommandLine | undefined;
  /** GPU memory as a snapshot of the live board shows it: counts instead of what config.txt says. */
  readonly gpu?: AddressWindow | undefined;
  /** Where the board is stated. */
  readonly span: Span;
}

/** The Raspberry Pi that the input speaks of, by its model, else by its tree; undefined for another board. */
export function boardPiModel(input: Pick<BoardInput, 'model' | 'tree'>): PiModel | undefined {
  return piModelOf([input.model]) ?? (input.tree && piModelOf(compatibleOf(input.tree.root)));
}

/** True for a model that is known without a device tree. */
export function isBuiltInModel(model: string): boolean {
  return model === QEMU || piModelOf([model]) !== undefined;
}

/** The board that the configs are checked against. What nobody stated stays unknown. */
export function composeBoard(input: BoardInput): Board {
  const model = boardPiModel(input);
  if (model !== undefined) return composePi(model, input);
  const { ram, cpus, tree, firmware, commandLine, span } = input;
  const isQemu = (input.model ?? (tree && compatibleOf(tree.root)[0])) === QEMU;
  if (tree !== undefined) return boardFromTree(tree, { span, kind: isQemu ? 'qemu-arm64' : 'other', commandLine });
  if (isQemu) {
    // RAM and CPUs are options of its command line: unknown where they are not stated.
    const board = qemuArm64Board({ ram: ram ?? GIB, cpus: cpus ?? 1, commandLine, span });
    return { ...board, ...(ram === undefined && { variants: [] }), ...(cpus === undefined && { cpus: undefined }) };
  }
  return {
    name: input.model ?? 'the board',
    kind: 'other',
    variants: [],
    cpus: undefined,
    reserved: undefined,
    devices: [],
    gic: undefined,
    pciHosts: [],
    tree: undefined,
    firmware,
    commandLine,
    addressBits: undefined,
    span,
  };
}

/**
 * The tree knows devices and reservations, the model knows RAM: whatever `/memory` of a file says, the firmware writes it anew at boot. A fact that
 * the tree is silent about comes from the built-in list.
 */
function composePi(model: PiModel, { ram, tree, overlays = [], firmware, commandLine, gpu, span }: BoardInput): Board {
  if (tree === undefined) {
    const { apertures: _, peripherals: _mode, ...facts } = raspberryPi4({ model, ram, firmware, commandLine, gpu, span });
    const board: Board = { ...facts, kind: 'raspberry-pi-4', reserved: undefined, tree, firmware, commandLine, span };
    if (overlays.length === 0) return board;
    const { pciDomain, ...memory } = overlaidPi(overlays, span);
    return { ...board, ...memory, pciHosts: board.pciHosts.map((host) => ({ ...host, ...pciDomain })) };
  }
  const board = boardFromTree(tree, { span, kind: 'raspberry-pi-4', ram: [], firmware, commandLine });
  const peripherals = board.gic === undefined ? undefined : board.gic.gicd.start > 0xffffffffn ? 'high' : 'low';
  const facts = raspberryPi4({ model, ram, firmware, commandLine, gpu, peripherals, span });
  return {
    ...board,
    name: facts.name,
    variants: facts.variants,
    cpus: board.cpus === undefined ? facts.cpus : board.cpus.map((cpu) => startedBy(cpu, firmware)),
    devices: board.devices.length === 0 ? facts.devices : board.devices,
    gic: board.gic ?? facts.gic,
    addressBits: board.addressBits ?? facts.addressBits,
  };
}

/** The file says spin-table; TF-A writes PSCI into the tree that it passes on. */
function startedBy(cpu: BoardCpu, firmware: Firmware | undefined): BoardCpu {
  return cpu.enableMethod === 'psci' ? cpu : { ...cpu, enableMethod: piEnableMethod(firmware) };
}
