import { CanvasLayer } from './canvaslayer.js';
import { paintPolygons } from './paint.js';

/** The cache is this much larger than the view, so that short drags need no painting. */
const MARGIN = 1.5;
const MAX_CACHE_PX = 24e6;
const SLOWEST_REPAINT_MS = 120;

/**
 * All polygons, painted into a cache that moves and stretches with a gesture and is painted anew at rest,
 * or during a gesture once it no longer covers the view or is too blurred, but never more often than painting costs.
 */
export class PolygonLayer extends CanvasLayer {
  constructor(store, options) {
    super(options);
    this.store = store;
    this.appearance = { outlineWidth: 1.5, fillOpacity: 0, shown: true };
    this.appearanceVersion = 0;
    this.cache = null;
    this.paints = { count: 0, lastMs: 0 };
  }

  setAppearance(appearance) {
    this.appearance = { ...this.appearance, ...appearance };
    this.appearanceVersion += 1;
    this.changed();
  }

  draw(context, frame) {
    if (!this.appearance.shown || this.store.size === 0) return;
    if (this.needsPaint(frame)) this.paint(frame);
    const { canvas, left, top, scale } = this.cache;
    const stretch = frame.scale / scale;
    const x = (left - frame.left) * frame.scale;
    const y = (top - frame.top) * frame.scale;
    context.drawImage(canvas, x, y, canvas.width * stretch, canvas.height * stretch);
  }

  needsPaint(frame) {
    const cache = this.cache;
    if (!cache || cache.storeVersion !== this.store.version || cache.appearanceVersion !== this.appearanceVersion) return true;
    if (cache.pixelRatio !== frame.pixelRatio || cache.viewWidth !== frame.width || cache.viewHeight !== frame.height) return true;
    const covers = cacheCovers(cache, frame);
    if (!frame.moving) return cache.scale !== frame.scale || !covers;
    const stretch = frame.scale / cache.scale;
    const worn = !covers || stretch > 2 || stretch < 0.7;
    return worn && performance.now() - cache.paintedMs > Math.max(SLOWEST_REPAINT_MS, 3 * this.paints.lastMs);
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
    const { outlineWidth, fillOpacity } = this.appearance;
    const style = { lineWidth: outlineWidth * frame.pixelRatio, fillOpacity };
    paintPolygons(canvas.getContext('2d'), this.store.within(bounds), { scale: frame.scale, left, top }, style);
    this.paints = { count: this.paints.count + 1, lastMs: performance.now() - started };
    this.cache = {
      canvas, left, top,
      scale: frame.scale,
      pixelRatio: frame.pixelRatio,
      viewWidth: frame.width,
      viewHeight: frame.height,
      storeVersion: this.store.version,
      appearanceVersion: this.appearanceVersion,
      paintedMs: performance.now(),
    };
  }
}

function cacheCovers(cache, frame) {
  const slack = 0.5 / frame.scale;
  return cache.left <= frame.left + slack
    && cache.top <= frame.top + slack
    && cache.left + cache.canvas.width / cache.scale >= frame.left + frame.width / frame.scale - slack
    && cache.top + cache.canvas.height / cache.scale >= frame.top + frame.height / frame.scale - slack;
}
