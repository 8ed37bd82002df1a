import type { SimulatedBoard } from '../../machine/machine.ts';
import type { BoardFacts } from './board-facts.ts';
import { qemuArm64Facts } from './qemu-arm64-facts.ts';
import { rpi4Facts } from './rpi4-facts.ts';

/** What Linux shows on a board. */
export function factsOf(board: SimulatedBoard): BoardFacts {
  return board.compatible.includes('raspberrypi,4-model-b') ? rpi4Facts(board) : qemuArm64Facts(board);
}
