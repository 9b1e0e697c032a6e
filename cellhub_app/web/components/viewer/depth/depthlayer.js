import { CanvasLayer } from '../canvaslayer.js';
import { ByteCache } from './cache.js';
import { keyOf, placeOf, wantedIn } from './levels.js';

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
    this.hides = false;
    this.asked = '';
    this.dropped = [];
    this.bitmaps = new ByteCache(BITMAP_BYTES, ({ bitmap, tile }) => { bitmap.close(); this.dropped.push(tile); });
  }

  /** Starts anew with another plane, or none; `hides` says that the picture below shows another plane and must not be seen. */
  show(pyramid, { hides = false } = {}) {
    this.pyramid = pyramid;
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
    this.tellComplete();
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
  }

  cover(context, { scale, left, top }) {
    const { width, height } = this.hides;
    context.fillStyle = '#000';
    context.fillRect(-left * scale, -top * scale, width * scale, height * scale);
  }

  /** Whether all that is wanted is there, in the newest display. */
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
    this.tellComplete();
  }

  /** What is there of the view, coarse before fine; none that is finer than what fits. */
  inView(part, finest) {
    const { levels } = this.pyramid;
    const found = [];
    for (let level = levels.length - 1; level >= finest; level -= 1) {
      const side = this.pyramid.tile * 2 ** level;
      const { columns, rows } = levels[level];
      const last = (value, count) => Math.min(count - 1, Math.floor(value / side));
      for (let y = Math.max(0, Math.floor(part.top / side)); y <= last(part.bottom, rows); y += 1) {
        for (let x = Math.max(0, Math.floor(part.left / side)); x <= last(part.right, columns); x += 1) {
          const entry = this.bitmaps.get(keyOf([level, x, y]));
          if (entry) found.push(entry);
        }
      }
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
