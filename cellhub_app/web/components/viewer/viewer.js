import OlMap from 'ol/Map.js';
import View from 'ol/View.js';
import { containsXY } from 'ol/extent.js';
import { defaults as defaultInteractions } from 'ol/interaction/defaults.js';
import Projection from 'ol/proj/Projection.js';
import RBush from 'ol/structs/RBush.js';
import { HighlightLayer } from './highlightlayer.js';
import { PictureLayer } from './picturelayer.js';
import { PolygonLayer } from './polygonlayer.js';
import { centreOf, PolygonStore } from './store.js';

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

/**
 * One image with its polygons in an element. Coordinates of the public methods are image px, y down.
 * The listener gets view({resolution}), cursor([x, y] or null), hover(polygon or null) and select(polygon or null):
 * select only for what the user does here, not for select(id) from outside.
 */
export class Viewer {
  constructor(element, listener) {
    this.element = element;
    this.listener = listener;
    this.store = new PolygonStore(new RBush(16));
    this.picture = new PictureLayer({ zIndex: 0 });
    this.veil = new PictureLayer({ zIndex: 0.5 });
    this.polygons = new PolygonLayer(this.store, { zIndex: 1 });
    this.highlight = new HighlightLayer({ zIndex: 2 });
    this.selected = null;
    this.look = { fitted: true };
    this.zoomGoal = null;
    this.map = new OlMap({
      target: element,
      layers: [this.picture, this.veil, this.polygons, this.highlight],
      controls: [],
      interactions: defaultInteractions({ altShiftDragRotate: false, pinchRotate: false, doubleClickZoom: false, keyboard: false }),
    });
    this.listenToPointer();
    this.map.on('change:size', () => this.look.fitted && this.fit({ instantly: true }));
  }

  listenToPointer() {
    this.map.on('pointerdrag', () => { this.look.fitted = false; });
    this.element.addEventListener('wheel', () => { this.look.fitted = false; }, { passive: true });
    this.map.on('click', ({ coordinate: [x, y] }) => this.choose(this.store.at(x, -y)));
    this.map.on('pointermove', event => this.point(event.dragging ? null : [event.coordinate[0], -event.coordinate[1]]));
    this.element.addEventListener('pointerleave', () => this.point(null));
  }

  /** Starts with an empty picture of this size, all of it in view; viewers of the same group and key share one view. */
  open(width, height, group = '', key = '') {
    this.size = { width, height };
    this.picture.clear();
    this.veil.clear();
    this.setObjects([]);
    const known = group && GROUPS.get(group);
    const isFirst = known?.key !== key;
    this.look = isFirst ? { key, view: this.makeView(width, height), fitted: true } : known;
    if (group) GROUPS.set(group, this.look);
    const { view } = this.look;
    this.unlisten?.();
    const onResolution = () => this.listener.view({ resolution: view.getResolution() });
    view.on('change:resolution', onResolution);
    this.unlisten = () => view.un('change:resolution', onResolution);
    this.map.setView(view);
    if (isFirst) this.fit({ instantly: true });
    onResolution();
  }

  makeView(width, height) {
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

  setPicture(bitmap) {
    this.picture.show(bitmap, this.size.width, this.size.height);
  }

  /** A picture with transparency over the image, or none. */
  setVeil(bitmap) {
    if (bitmap) this.veil.show(bitmap, this.size.width, this.size.height);
    else this.veil.clear();
  }

  clearPicture() {
    this.picture.clear();
  }

  setObjects(objects) {
    this.store.replace(objects);
    this.selected = this.selected ? this.store.get(this.selected.id) ?? null : null;
    this.highlight.show({ hovered: null, selected: this.selected });
    this.listener.hover(null);
    this.polygons.changed();
  }

  setAppearance(appearance) {
    this.polygons.setAppearance(appearance);
  }

  select(id) {
    this.selected = id ? this.store.get(id) ?? null : null;
    this.highlight.show({ selected: this.selected });
    if (this.selected) this.reveal(this.selected);
  }

  choose(polygon) {
    if (polygon === this.selected) return;
    this.selected = polygon;
    this.highlight.show({ selected: polygon });
    this.listener.select(polygon);
  }

  /** Runs a command of keys.js; true if there was something to do. */
  run({ name, direction }) {
    if (!this.size) return false;
    if (name === 'zoomIn') this.zoomBy(ZOOM_STEP);
    else if (name === 'zoomOut') this.zoomBy(1 / ZOOM_STEP);
    else if (name === 'fit') this.fit();
    else if (name === 'pan') this.panBy(direction);
    else if (name === 'deselect') this.choose(null);
    else return this.walk(name, direction);
    return true;
  }

  walk(name, direction) {
    const next = name === 'select' ? this.beside(direction) : this.store.step(this.selected?.id, name === 'next' ? 1 : -1);
    if (!next) return false;
    this.choose(next);
    this.reveal(next);
    return true;
  }

  beside(direction) {
    if (this.selected) return this.store.towards(this.selected.id, direction);
    const [x, y] = this.map.getView().getCenter();
    return this.store.nearest(x, -y);
  }

  canStep(step) {
    return this.store.step(this.selected?.id, step) !== null;
  }

  /** Around the selected object, if it is in view. Quick presses add up: each starts from where the one before is going. */
  zoomBy(factor) {
    this.look.fitted = false;
    const view = this.map.getView();
    const goal = view.getConstrainedResolution((this.zoomGoal ?? view.getResolution()) / factor);
    view.cancelAnimations();
    this.zoomGoal = goal;
    view.animate({ resolution: goal, anchor: this.anchor(), duration: motionMs() }, () => {
      if (this.zoomGoal === goal) this.zoomGoal = null;
    });
  }

  anchor() {
    if (!this.selected) return undefined;
    const [x, y] = centreOf(this.selected);
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

  /** Keeps one hit test a frame, however many events a mouse sends. */
  point(position) {
    this.pointer = position;
    if (this.pointRequest) return;
    this.pointRequest = requestAnimationFrame(() => {
      this.pointRequest = 0;
      const at = this.pointer && this.inImage(this.pointer) ? this.pointer : null;
      const hovered = at ? this.store.at(...at) : null;
      this.element.style.cursor = hovered ? 'pointer' : 'grab';
      this.listener.cursor(at);
      if (hovered !== this.highlight.hovered) {
        this.highlight.show({ hovered });
        this.listener.hover(hovered);
      }
    });
  }

  inImage([x, y]) {
    return this.size && x >= 0 && y >= 0 && x < this.size.width && y < this.size.height;
  }

  dispose() {
    cancelAnimationFrame(this.pointRequest);
    this.unlisten?.();
    this.map.setTarget(undefined);
    this.map.dispose();
  }
}
