import type { AxisTransform } from '../axis-zoom.ts';
import { pixelOf } from '../layout/axis.ts';
import type { DrawnBlock, MapModel } from '../model/map-model.ts';
import type { Selected } from '../model/selection.ts';
import { AxisCanvas } from './axis-canvas.ts';
import { LaneSheet } from './lane-sheet.ts';
import { pixels, type SheetPart } from './placed-elements.ts';
import { Theme } from './theme-colours.ts';
import { UnderlayCanvas } from './underlay-canvas.ts';

/** What is drawn. */
export interface MapContent {
  readonly model: MapModel;
  readonly selected: Selected | undefined;
  /** Blocks that light up, by id. */
  readonly lit: ReadonlySet<string>;
  /** The block that the Tab key leads to. */
  readonly focusable: string | undefined;
  /** An address that was searched for. */
  readonly mark: bigint | undefined;
  /** Pixels of the lanes. */
  readonly width: number;
  readonly height: number;
}

export interface MapParts {
  readonly axis: HTMLCanvasElement;
  readonly underlay: HTMLCanvasElement;
  readonly sheet: HTMLElement;
  readonly mark: HTMLElement;
}

export interface MapActions {
  readonly onSelect: (selected: Selected) => void;
  readonly onFocus: (drawn: DrawnBlock) => void;
  /** A movement is over. */
  readonly onRest: (transform: AxisTransform) => void;
}

/** Pixels beyond the view that have elements while the sheet is moved. */
const reach = 200;
/** Milliseconds without a movement after which it is over. */
const rest = 120;

/**
 * Draws the map with every frame of a movement, without a view library between. Axis and thin blocks are canvases. What can be chosen are elements on a
 * sheet: to pan, the sheet is moved as a whole, and filled again only after it has moved as far as it is filled; to zoom, its elements are
 * placed anew.
 */
export class MapDrawing {
  private readonly axis: AxisCanvas;
  private readonly underlay: UnderlayCanvas;
  private readonly lanes: LaneSheet;
  private readonly theme: Theme;
  private content: MapContent | undefined;
  private transform: AxisTransform = { scale: 1, offset: 0 };
  /** Scale and offset of the sheet itself; it is moved by the difference to the offset of now. */
  private base: AxisTransform = { scale: 0, offset: 0 };
  /** Offsets at which what is to be seen is filled. */
  private filled = { from: 0, to: 0 };
  private shift = 0;
  private resting: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly parts: MapParts,
    private readonly actions: MapActions,
  ) {
    this.axis = new AxisCanvas(parts.axis);
    this.underlay = new UnderlayCanvas(parts.underlay);
    this.lanes = new LaneSheet(parts.sheet, actions);
    this.theme = new Theme(parts.sheet, () => this.drawCanvases());
  }

  dispose(): void {
    clearTimeout(this.resting);
    this.theme.dispose();
  }

  /** Draws another map, or the same one with another state, at rest. */
  show(content: MapContent, transform: AxisTransform): void {
    this.content = content;
    this.lanes.show(content);
    this.transform = transform;
    this.fillAnew();
    this.drawCanvases();
  }

  /** Draws a frame of a movement. */
  move(transform: AxisTransform): void {
    const before = this.transform;
    if (this.content === undefined || (before.scale === transform.scale && before.offset === transform.offset)) return;
    this.transform = transform;
    if (transform.scale !== this.base.scale) this.fillAnew();
    else this.shiftSheet();
    this.drawCanvases();
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.resting = undefined;
      if (this.shift !== 0) this.fillAnew();
      this.parts.sheet.classList.remove('moved');
      this.actions.onRest(this.transform);
    }, rest);
  }

  /** A movement is taken to be over now, as when the page goes. */
  restNow(): void {
    if (this.resting === undefined) return;
    clearTimeout(this.resting);
    this.resting = undefined;
    this.actions.onRest(this.transform);
  }

  private fillAnew(): void {
    this.base = this.transform;
    this.setShift(0);
    this.fill(0);
  }

  private shiftSheet(): void {
    const { offset } = this.transform;
    this.parts.sheet.classList.add('moved');
    this.setShift(offset - this.base.offset);
    if (offset < this.filled.from || offset > this.filled.to) this.fill(reach);
    else this.lanes.see(this.part(0));
  }

  private fill(beyond: number): void {
    const { offset } = this.transform;
    this.filled = { from: offset - beyond, to: offset + beyond };
    this.lanes.fill(this.part(beyond));
    const { content, base } = this;
    if (content?.mark === undefined) return;
    this.parts.mark.style.top = pixels(pixelOf(content.model.axis, content.mark) * base.scale + base.offset);
  }

  private part(beyond: number): SheetPart {
    const height = this.content?.height ?? 0;
    const viewTop = -this.shift;
    const viewBottom = viewTop + height;
    // Two pixels: borders of what is just outside.
    const { scale, offset } = this.base;
    return { scale, base: offset, viewTop, viewBottom, from: viewTop - beyond - 2, to: viewBottom + beyond + 2 };
  }

  private setShift(shift: number): void {
    if (shift === this.shift) return;
    this.shift = shift;
    this.parts.sheet.style.transform = shift === 0 ? '' : `translateY(${shift}px)`;
  }

  private drawCanvases(): void {
    if (this.content === undefined) return;
    const { model, width, height } = this.content;
    const colours = this.theme.now;
    this.axis.draw(model, this.transform, height, colours);
    this.underlay.draw(model, this.transform, width, height, colours);
  }
}
