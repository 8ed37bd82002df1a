import type { Board } from '../board/board.ts';
import type { Config } from '../config/model.ts';
import type { DeviceTree } from '../devicetree/model.ts';

/** A root cell with the cells and the board that go with it. */
export interface System {
  readonly name: string;
  /** A system config. */
  readonly root: Config;
  readonly cells: readonly SystemCell[];
  readonly board: Board | undefined;
  /** True where jailhouse.json says that the cells run together; else they may be alternatives. */
  readonly explicitSet: boolean;
}

export interface SystemCell {
  readonly config: Config;
  /** The device tree that its guest is given; undefined where none is known. */
  readonly guestTree: DeviceTree | undefined;
}
