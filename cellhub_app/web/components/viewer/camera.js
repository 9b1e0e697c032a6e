import View from 'ol/View.js';
import { containsXY } from 'ol/extent.js';
import Projection from 'ol/proj/Projection.js';
import { centreOf } from './store.js';

const ZOOM_STEP = 1.5;
const PAN_PX = 80;
const FIT_PADDING_PX = 12;
const REVEAL_MARGIN_PX = 40;
const LARGEST_SCALE = 64;
const MOTION_MS = 140;

/** Viewers of one group look through one view, so that they move as one: group -> {key, view, fitted: nobody moved it yet}. */
const GROUPS = new Map();

function motionMs() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : MOTION_MS;
}

function viewOf(width, height) {
  const extent = [0, -height, width, 0];
  return new View({
    projection: new Projection({ code: 'image', units: 'pixels', extent }),
    extent,
    constrainOnlyCenter: true,
    smoothExtentConstraint: false,
    center: [width / 2, -height / 2],
    resolution: 1,
    minResolution: 1 / LARGEST_SCALE,
    maxResolution: Math.max(width, height) / 50,
    smoothResolutionConstraint: false,
    enableRotation: false,
  });
}

/** What part of the image a map shows: it fits, zooms, pans and moves to objects. Coordinates are image px, y down. */
export class Camera {
  constructor(map) {
    this.map = map;
    this.look = { fitted: true };
    this.zoomGoal = null;
    map.on('change:size', () => this.look.fitted && this.fit({ instantly: true }));
  }

  /** Shows all of an image of this size; cameras of the same group and key share one view. */
  open(size, group, key, onResolution) {
    this.size = size;
    const known = group && GROUPS.get(group);
    const isFirst = known?.key !== key;
    this.look = isFirst ? { key, view: viewOf(size.width, size.height), fitted: true } : known;
    if (group) GROUPS.set(group, this.look);
    const { view } = this.look;
    this.unlisten?.();
    const tell = () => onResolution(view.getResolution());
    view.on('change:resolution', tell);
    this.unlisten = () => view.un('change:resolution', tell);
    this.map.setView(view);
    if (isFirst) this.fit({ instantly: true });
    tell();
  }

  /** Somebody moved: the image is no longer fitted to the window when that changes. */
  moved() {
    this.look.fitted = false;
  }

  get resolution() {
    return this.map.getView().getResolution() ?? 1;
  }

  get centre() {
    const [x, y] = this.map.getView().getCenter();
    return [x, -y];
  }

  zoomIn(around) {
    this.zoomBy(ZOOM_STEP, around);
  }

  zoomOut(around) {
    this.zoomBy(1 / ZOOM_STEP, around);
  }

  /** Around an object, if it is in view. Quick presses add up: each starts from where the one before is going. */
  zoomBy(factor, around) {
    this.look.fitted = false;
    const view = this.map.getView();
    const goal = view.getConstrainedResolution((this.zoomGoal ?? view.getResolution()) / factor);
    view.cancelAnimations();
    this.zoomGoal = goal;
    view.animate({ resolution: goal, anchor: this.anchor(around), duration: motionMs() }, () => {
      if (this.zoomGoal === goal) this.zoomGoal = null;
    });
  }

  anchor(around) {
    if (!around) return undefined;
    const [x, y] = centreOf(around);
    const inView = containsXY(this.map.getView().calculateExtent(this.map.getSize()), x, -y);
    return inView ? [x, -y] : undefined;
  }

  panBy([dx, dy]) {
    this.look.fitted = false;
    const view = this.map.getView();
    const [x, y] = view.getCenter();
    const step = PAN_PX * view.getResolution();
    view.setCenter([x + dx * step, y - dy * step]);
  }

  fit({ instantly = false } = {}) {
    if (!this.size || !this.map.getSize()) return;
    const { width, height } = this.size;
    const padding = Array(4).fill(FIT_PADDING_PX);
    this.map.getView().cancelAnimations();
    this.map.getView().fit([0, -height, width, 0], { padding, duration: instantly ? 0 : motionMs() });
    this.look.fitted = true;
  }

  /** Moves as little as shows the whole object; zooms out only if it is larger than the view. */
  reveal({ bounds: [minX, minY, maxX, maxY] }) {
    const view = this.map.getView();
    const size = this.map.getSize();
    if (!size) return;
    const margin = REVEAL_MARGIN_PX * view.getResolution();
    const [left, bottom, right, top] = view.calculateExtent(size);
    if (maxX - minX > right - left || maxY - minY > top - bottom) {
      this.look.fitted = false;
      view.fit([minX, -maxY, maxX, -minY], { padding: Array(4).fill(REVEAL_MARGIN_PX), duration: motionMs() });
    } else if (minX < left || maxX > right || -maxY < bottom || -minY > top) {
      this.look.fitted = false;
      const shift = (low, high, from, to) => (low < from ? low - from - margin : high > to ? high - to + margin : 0);
      const [x, y] = view.getCenter();
      const center = [x + shift(minX, maxX, left, right), y + shift(-maxY, -minY, bottom, top)];
      view.animate({ center, duration: motionMs() });
    }
  }

  dispose() {
    this.unlisten?.();
  }
}
