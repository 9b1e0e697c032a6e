import { CanvasLayer } from '../canvaslayer.js';
import { ByteCache } from './cache.js';
import { keyOf, levelFor, placeOf, tilesIn, wantedIn } from './levels.js';

const CRISP_SCALE = 3;
const BITMAP_BYTES = 96 * 1024 * 1024;

/** The tiles of one plane over the picture, the finest that are there; `onWant(tiles)` hears which are wanted for what is in view. */
export class DepthLayer extends CanvasLayer {
  constructor(options, { onWant, onDropped, onComplete }) {
    super(options);
    Object.assign(this, { onWant, onDropped, onComplete });
    this.version = 0;
    this.wanted = [];
    this.pyramid = null;
    this.isExpected = false;
    this.hides = false;
    this.asked = '';
    this.dropped = [];
    this.bitmaps = new ByteCache(BITMAP_BYTES, ({ bitmap, tile }) => { bitmap.close(); this.dropped.push(tile); });
  }

  /**
   * Starts anew with another plane, or none; `hides` says that the picture below shows another plane and must not be seen,
   * `isExpected` that a plane is here or on its way.
   */
  show(pyramid, { hides = false, isExpected = pyramid !== null } = {}) {
    this.pyramid = pyramid;
    this.isExpected = isExpected;
    this.hides = hides;
    this.asked = '';
    this.wanted = [];
    this.bitmaps.clear();
    this.dropped = [];
    this.changed();
  }

  put({ tile, bitmap, width, height, version }) {
    this.bitmaps.set(keyOf(tile), { tile, bitmap, width, height, version }, width * height * 4);
    this.tellDropped();
    this.changed();
  }

  tellDropped() {
    const gone = this.dropped.filter(tile => !this.bitmaps.has(keyOf(tile)));
    this.dropped = [];
    if (gone.length) this.onDropped(gone);
  }

  draw(context, frame) {
    if (this.hides) this.cover(context, frame);
    if (!this.pyramid) return;
    const { scale, left, top, width, height } = frame;
    const part = { left, top, right: left + width / scale, bottom: top + height / scale };
    const wanted = wantedIn(part, scale, this.pyramid);
    this.ask(wanted);
    for (const entry of this.inView(part, wanted.at(-1)?.[0] ?? 0)) this.drawTile(context, frame, entry);
    this.tellComplete();
  }

  /** Whether tiles lie over all that a frame shows of the image. */
  covers({ scale, left, top, width, height }) {
    if (!this.pyramid) return false;
    const part = { left, top, right: left + width / scale, bottom: top + height / scale };
    return tilesIn(part, levelFor(scale, this.pyramid.levels.length), this.pyramid).every(tile => this.bitmaps.has(keyOf(tile)));
  }

  cover(context, { scale, left, top }) {
    const { width, height } = this.hides;
    context.fillStyle = '#000';
    context.fillRect(-left * scale, -top * scale, width * scale, height * scale);
  }

  /** Whether all that is wanted is drawn, in the newest display. */
  tellComplete() {
    const isThere = tile => this.bitmaps.get(keyOf(tile))?.version === this.version;
    this.onComplete(this.wanted.length > 0 && this.wanted.every(isThere));
  }

  ask(wanted) {
    const names = wanted.map(keyOf).join(' ');
    if (names === this.asked) return;
    this.asked = names;
    this.wanted = wanted;
    this.onWant(wanted);
  }

  /** What is there of the view, coarse before fine; none that is finer than what fits, and none below a level that is complete. */
  inView(part, finest) {
    const { levels } = this.pyramid;
    const found = [];
    for (let level = finest; level < levels.length; level += 1) {
      const tiles = tilesIn(part, level, this.pyramid);
      const there = tiles.map(tile => this.bitmaps.get(keyOf(tile))).filter(Boolean);
      found.unshift(...there);
      if (there.length === tiles.length) break;
    }
    return found;
  }

  /** Corners lie on whole device px, so that no seam shows between tiles. */
  drawTile(context, { scale, left, top, moving }, { tile, bitmap, width, height }) {
    const place = placeOf(tile, { width, height }, this.pyramid);
    const x = Math.round((place.left - left) * scale);
    const y = Math.round((place.top - top) * scale);
    const right = Math.round((place.left + place.width - left) * scale);
    const bottom = Math.round((place.top + place.height - top) * scale);
    context.imageSmoothingEnabled = scale * 2 ** tile[0] < CRISP_SCALE || tile[0] > 0;
    context.imageSmoothingQuality = moving ? 'low' : 'medium';
    context.drawImage(bitmap, 0, 0, place.sourceWidth, place.sourceHeight, x, y, right - x, bottom - y);
  }
}
