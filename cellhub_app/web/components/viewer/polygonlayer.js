import { CanvasLayer } from './canvaslayer.js';
import { paintPolygons, RIM } from './paint.js';
import { patchesOf } from './patches.js';

/** The cache is this much larger than the view, so that short drags need no painting. */
const MARGIN = 1.5;
const MAX_CACHE_PX = 24e6;
const SLOWEST_REPAINT_MS = 120;

/**
 * All polygons, painted into a cache that moves and stretches with a gesture and is painted anew at rest,
 * or during a gesture once it no longer covers the view or is too blurred, but never more often than painting costs.
 * After an edit only the boxes that changed are painted anew.
 */
export class PolygonLayer extends CanvasLayer {
  constructor(store, options) {
    super(options);
    this.store = store;
    this.appearance = { outlineWidth: 1.5, fillOpacity: 0, shown: true };
    this.appearanceVersion = 0;
    this.chosen = new Set();
    this.cache = null;
    this.paints = { count: 0, patches: 0, lastMs: 0 };
  }

  setAppearance(appearance) {
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
    if (this.needsPaint(frame) || !this.patch()) this.paint(frame);
    const { canvas, left, top, scale } = this.cache;
    const stretch = frame.scale / scale;
    const x = (left - frame.left) * frame.scale;
    const y = (top - frame.top) * frame.scale;
    context.drawImage(canvas, x, y, canvas.width * stretch, canvas.height * stretch);
  }

  needsPaint(frame) {
    const cache = this.cache;
    if (!cache || cache.appearanceVersion !== this.appearanceVersion) return true;
    if (cache.pixelRatio !== frame.pixelRatio || cache.viewWidth !== frame.width || cache.viewHeight !== frame.height) return true;
    const covers = cacheCovers(cache, frame);
    if (!frame.moving) return cache.scale !== frame.scale || !covers;
    const stretch = frame.scale / cache.scale;
    const worn = !covers || stretch > 2 || stretch < 0.7;
    return worn && performance.now() - cache.paintedMs > Math.max(SLOWEST_REPAINT_MS, 3 * this.paints.lastMs);
  }

  style() {
    const { outlineWidth, fillOpacity } = this.appearance;
    return { lineWidth: outlineWidth * this.cache.pixelRatio, fillOpacity, chosen: this.chosen, rimmed: this.cache.rimmed };
  }

  /** Brings the cache up to date where the store changed; false if all of it has to be painted. */
  patch() {
    const { cache, store } = this;
    if (cache.storeVersion === store.version) return true;
    const patches = patchesOf(store.touchedSince(cache.storeVersion), cache, (this.appearance.outlineWidth + RIM.extra) * cache.pixelRatio);
    if (!patches) return false;
    const context = cache.canvas.getContext('2d');
    for (const [x, y, width, height, bounds] of patches) {
      context.save();
      context.beginPath();
      context.rect(x, y, width, height);
      context.clip();
      context.clearRect(x, y, width, height);
      paintPolygons(context, store.within(bounds), cache, this.style());
      context.restore();
    }
    this.paints.patches += patches.length;
    cache.storeVersion = store.version;
    return true;
  }

  paint(frame) {
    const started = performance.now();
    const margin = frame.width * frame.height * MARGIN ** 2 > MAX_CACHE_PX ? 1 : MARGIN;
    const canvas = this.cache?.canvas ?? document.createElement('canvas');
    canvas.width = Math.ceil(frame.width * margin);
    canvas.height = Math.ceil(frame.height * margin);
    const left = frame.left - (canvas.width - frame.width) / 2 / frame.scale;
    const top = frame.top - (canvas.height - frame.height) / 2 / frame.scale;
    const bounds = [left, top, left + canvas.width / frame.scale, top + canvas.height / frame.scale];
    const shown = this.store.within(bounds);
    this.cache = {
      canvas, left, top,
      rimmed: shown.length <= RIM.most,
      scale: frame.scale,
      pixelRatio: frame.pixelRatio,
      viewWidth: frame.width,
      viewHeight: frame.height,
      storeVersion: this.store.version,
      appearanceVersion: this.appearanceVersion,
      paintedMs: started,
    };
    paintPolygons(canvas.getContext('2d'), shown, this.cache, this.style());
    this.cache.paintedMs = performance.now();
    this.paints = { ...this.paints, count: this.paints.count + 1, lastMs: this.cache.paintedMs - started };
  }
}

function cacheCovers(cache, frame) {
  const slack = 0.5 / frame.scale;
  return cache.left <= frame.left + slack
    && cache.top <= frame.top + slack
    && cache.left + cache.canvas.width / cache.scale >= frame.left + frame.width / frame.scale - slack
    && cache.top + cache.canvas.height / cache.scale >= frame.top + frame.height / frame.scale - slack;
}
