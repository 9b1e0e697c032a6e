import { CanvasLayer } from './canvaslayer.js';
import { covers, shiftTo, uncovered } from './coverage.js';
import { CROWD, hairlinesFor, paintPolygons, RIM } from './paint.js';
import { patchesOf } from './patches.js';

/** The cache is this much larger than the view, so that short drags need no painting. */
const MARGIN = 1.5;
const MAX_CACHE_PX = 24e6;
const SLOWEST_REPAINT_MS = 120;
/** During a zoom more than these are painted as a crowd is, and properly once it rests. */
const ROUGH = 100;

/**
 * All polygons, painted into a cache that moves and stretches with a gesture. Where a drag leaves it, the cache is moved along and only
 * what comes into view is painted; all of it is painted anew at rest after a zoom, or during one once it is too blurred or too small,
 * but never more often than painting costs. After an edit only the boxes that changed are painted anew.
 */
export class PolygonLayer extends CanvasLayer {
  constructor(store, options) {
    super(options);
    this.store = store;
    this.appearance = { outlineWidth: 1.5, fillOpacity: 0, shown: true };
    this.appearanceVersion = 0;
    this.chosen = new Set();
    this.cache = null;
    this.spare = null;
    this.paints = { count: 0, patches: 0, scrolls: 0, lastMs: 0 };
  }

  setAppearance(appearance) {
    if (Object.entries(appearance).every(([name, value]) => this.appearance[name] === value)) return;
    this.appearance = { ...this.appearance, ...appearance };
    this.appearanceVersion += 1;
    this.changed();
  }

  /** These ids are painted as selected. */
  setChosen(ids) {
    if (ids.size === 0 && this.chosen.size === 0) return;
    this.chosen = ids;
    this.appearanceVersion += 1;
    this.changed();
  }

  draw(context, frame) {
    if (!this.appearance.shown || this.store.size === 0) return;
    if (this.needsPaint(frame) || !this.patch() || !this.follow(frame)) this.paint(frame);
    this.show(context, frame);
  }

  /** On whole px while nothing is stretched: that is sharper, and quicker. */
  show(context, frame) {
    const { canvas, left, top, scale } = this.cache;
    const x = (left - frame.left) * frame.scale;
    const y = (top - frame.top) * frame.scale;
    const stretch = frame.scale / scale;
    if (stretch === 1) context.drawImage(canvas, Math.round(x), Math.round(y));
    else context.drawImage(canvas, x, y, canvas.width * stretch, canvas.height * stretch);
  }

  needsPaint(frame) {
    const { cache } = this;
    if (!cache || cache.appearanceVersion !== this.appearanceVersion) return true;
    if (cache.pixelRatio !== frame.pixelRatio || cache.viewWidth !== frame.width || cache.viewHeight !== frame.height) return true;
    if (!frame.moving) return cache.scale !== frame.scale || cache.isRough;
    if (cache.scale === frame.scale) return false;
    const stretch = frame.scale / cache.scale;
    const worn = stretch > 2 || stretch < 0.7 || !covers(cache, frame, this.store.extent);
    return worn && performance.now() - cache.paintedMs > Math.max(SLOWEST_REPAINT_MS, 3 * this.paints.lastMs);
  }

  style() {
    const { outlineWidth, fillOpacity } = this.appearance;
    return { lineWidth: outlineWidth * this.cache.pixelRatio, fillOpacity, chosen: this.chosen, hairlines: this.cache.hairlines };
  }

  /** Brings the cache up to date where the store changed; false if all of it has to be painted. */
  patch() {
    const { cache, store } = this;
    if (cache.storeVersion === store.version) return true;
    const patches = patchesOf(store.touchedSince(cache.storeVersion), cache, this.reach);
    if (!patches) return false;
    this.paintPatches(patches);
    this.paints.patches += patches.length;
    cache.storeVersion = store.version;
    return true;
  }

  /** How many px of the canvas a line stands out from its box. */
  get reach() {
    return (this.appearance.outlineWidth + RIM.extra) * this.cache.pixelRatio;
  }

  paintPatches(patches) {
    const context = this.cache.canvas.getContext('2d');
    for (const [x, y, width, height, bounds] of patches) {
      context.save();
      context.beginPath();
      context.rect(x, y, width, height);
      context.clip();
      context.clearRect(x, y, width, height);
      paintPolygons(context, this.store.within(bounds), this.cache, this.style());
      context.restore();
    }
  }

  /** Moves the cache along with a drag that leaves it; false if all of it has to be painted. */
  follow(frame) {
    const { cache } = this;
    if (cache.scale !== frame.scale || covers(cache, frame, this.store.extent)) return true;
    const { width, height, scale } = cache;
    const [x, y] = shiftTo(cache, frame);
    const boxes = uncovered([x, y], width, height);
    if (boxes.some(([, , w, h]) => w === width && h === height)) return false;
    const moved = { ...cache, left: cache.left + x / scale, top: cache.top + y / scale };
    if (!cache.isRough && hairlinesFor(this.count(moved)) !== cache.hairlines) return false;
    const canvas = blank(this.spare, width, height);
    canvas.getContext('2d').drawImage(cache.canvas, -x, -y);
    this.spare = cache.canvas;
    this.cache = { ...moved, canvas };
    this.paintPatches(boxes.map(box => [...box, this.boundsOf(box)]));
    this.paints.scrolls += 1;
    return true;
  }

  /** What of the image may be seen in a box of the cache. */
  boundsOf([x, y, width, height]) {
    const { left, top, scale } = this.cache;
    const reach = this.reach + 1;
    return [left + (x - reach) / scale, top + (y - reach) / scale, left + (x + width + reach) / scale, top + (y + height + reach) / scale];
  }

  count({ left, top, width, height, scale }) {
    return this.store.within([left, top, left + width / scale, top + height / scale]).length;
  }

  /** Who zooms in sees ever less of it. */
  marginFor(frame) {
    const zoomsIn = frame.moving && this.cache && frame.scale > this.cache.scale;
    return zoomsIn || frame.width * frame.height * MARGIN ** 2 > MAX_CACHE_PX ? 1 : MARGIN;
  }

  paint(frame) {
    const started = performance.now();
    const margin = this.marginFor(frame);
    const width = Math.ceil(frame.width * margin);
    const height = Math.ceil(frame.height * margin);
    const left = frame.left - (width - frame.width) / 2 / frame.scale;
    const top = frame.top - (height - frame.height) / 2 / frame.scale;
    const { scale, pixelRatio } = frame;
    const count = this.count({ left, top, width, height, scale });
    const isRough = frame.moving && count > ROUGH && count <= CROWD.many;
    this.cache = {
      canvas: blank(this.cache?.canvas, width, height), left, top, width, height, scale, pixelRatio,
      hairlines: isRough ? 1 : hairlinesFor(count),
      isRough,
      viewWidth: frame.width,
      viewHeight: frame.height,
      storeVersion: this.store.version,
      appearanceVersion: this.appearanceVersion,
      paintedMs: started,
    };
    const shown = this.store.within(this.boundsOf([0, 0, width, height]));
    paintPolygons(this.cache.canvas.getContext('2d'), shown, this.cache, this.style());
    this.cache.paintedMs = performance.now();
    this.paints = { ...this.paints, count: this.paints.count + 1, lastMs: this.cache.paintedMs - started };
  }
}

/** A canvas of this size with nothing on it, the old one if there is one. */
function blank(canvas, width, height) {
  const made = canvas ?? document.createElement('canvas');
  if (made.width === width && made.height === height) made.getContext('2d').clearRect(0, 0, width, height);
  else Object.assign(made, { width, height });
  return made;
}
