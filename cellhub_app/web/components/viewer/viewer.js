import OlMap from 'ol/Map.js';
import { defaults as defaultInteractions } from 'ol/interaction/defaults.js';
import { Boxes } from './boxes.js';
import { Camera } from './camera.js';
import { DraftLayer } from './draftlayer.js';
import { HighlightLayer } from './highlightlayer.js';
import { PictureLayer } from './picturelayer.js';
import { PolygonLayer } from './polygonlayer.js';
import { PolygonStore } from './store.js';
import { ToolInteraction } from './toolinteraction.js';

/** More selected objects than this are painted with the others, not one by one in each frame. */
const MOST_IN_DETAIL = 48;
const NONE = Object.freeze([]);

/**
 * One image with its polygons in an element. Coordinates of the public methods are image px, y down.
 * The listener gets view({resolution}), cursor([x, y] or null), hover(polygon or null) and select(polygon or null, all selected):
 * select only for what the user or an edit does here, not for select(id) from outside.
 * `hand` is the tool that gets the pointer: down, drag, up, move, click, doubleClick with ([x, y], event), and cursorOver(polygon).
 */
export class Viewer {
  constructor(element, listener) {
    this.element = element;
    this.listener = listener;
    this.store = new PolygonStore(new Boxes());
    this.picture = new PictureLayer({ zIndex: 0 });
    this.veil = new PictureLayer({ zIndex: 0.5 });
    this.polygons = new PolygonLayer(this.store, { zIndex: 1 });
    this.highlight = new HighlightLayer({ zIndex: 2 });
    this.versions = new DraftLayer({ zIndex: 2.5 });
    this.drafts = new DraftLayer({ zIndex: 3 });
    this.selection = NONE;
    this.hand = null;
    this.map = new OlMap({
      target: element,
      layers: [this.picture, this.veil, this.polygons, this.highlight, this.versions, this.drafts],
      controls: [],
      interactions: defaultInteractions({ altShiftDragRotate: false, pinchRotate: false, doubleClickZoom: false, keyboard: false }),
    });
    this.map.addInteraction(new ToolInteraction(() => this.hand));
    this.camera = new Camera(this.map);
    this.listenToPointer();
  }

  /** The one of the selected objects that was chosen last. */
  get selected() {
    return this.selection.at(-1) ?? null;
  }

  listenToPointer() {
    this.map.on('pointerdrag', () => this.camera.moved());
    this.element.addEventListener('wheel', () => this.camera.moved(), { passive: true });
    this.map.on('click', ({ coordinate: [x, y], originalEvent }) => {
      if (this.hand) this.hand.click?.([x, -y], originalEvent);
      else this.choose(this.store.at(x, -y));
    });
    this.map.on('dblclick', ({ coordinate: [x, y], originalEvent }) => this.hand?.doubleClick?.([x, -y], originalEvent));
    this.map.on('pointermove', event => this.point(event.dragging ? null : [event.coordinate[0], -event.coordinate[1]]));
    this.element.addEventListener('pointerleave', () => this.point(null));
  }

  /** Starts with an empty picture of this size, all of it in view; viewers of the same group and key share one view. */
  open(width, height, group = '', key = '') {
    this.size = { width, height };
    this.picture.clear();
    this.veil.clear();
    this.setObjects([]);
    this.camera.open(this.size, group, key, resolution => this.listener.view({ resolution }));
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
    this.refresh();
  }

  /** Takes objects (ids) out and puts others in; the selection stays with those that are still there. */
  change(change) {
    const before = this.selection;
    this.store.change(change);
    this.refresh();
    const isSame = before.length === this.selection.length && before.every((polygon, i) => polygon === this.selection[i]);
    if (!isSame) this.listener.select(this.selected, this.selection);
  }

  refresh() {
    this.show(this.selection.map(({ id }) => this.store.get(id)).filter(Boolean));
    this.highlight.show({ hovered: null });
    this.listener.hover(null);
    this.polygons.changed();
  }

  /** Draws what a tool is about to do, in place of these objects. */
  setDraft(draft, hiddenIds = NONE) {
    this.drafts.show(draft);
    if (hiddenIds.length === 0 && this.store.hidden.size === 0) return;
    this.store.hide(hiddenIds);
    this.highlight.show({ hidden: this.store.hidden });
    this.polygons.changed();
  }

  /** Draws versions of objects, [{rings, kind: mine or theirs}], over them. */
  setVersions(shapes) {
    this.versions.show(shapes.length > 0 ? { shapes } : null);
  }

  setAppearance(appearance) {
    this.polygons.setAppearance(appearance);
  }

  select(id) {
    const polygon = id ? this.store.get(id) : null;
    this.show(polygon ? [polygon] : NONE);
    if (polygon) this.reveal(polygon);
  }

  show(polygons) {
    const few = polygons.length <= MOST_IN_DETAIL;
    this.selection = polygons.length > 0 ? polygons : NONE;
    this.highlight.show({ selected: few ? this.selection : [polygons.at(-1)] });
    this.polygons.setChosen(few ? new Set() : new Set(polygons.map(({ id }) => id)));
  }

  choose(polygon) {
    this.chooseAll(polygon ? [polygon] : NONE);
  }

  chooseAll(polygons) {
    if (polygons.length === this.selection.length && polygons.every((polygon, i) => polygon === this.selection[i])) return;
    this.show(polygons);
    this.listener.select(this.selected, this.selection);
  }

  /** Runs a command of keys.js; true if there was something to do. */
  run({ name, direction }) {
    if (!this.size) return false;
    if (name === 'zoomIn') this.camera.zoomIn(this.selected);
    else if (name === 'zoomOut') this.camera.zoomOut(this.selected);
    else if (name === 'fit') this.camera.fit();
    else if (name === 'pan') this.camera.panBy(direction);
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
    return this.selected ? this.store.towards(this.selected.id, direction) : this.store.nearest(...this.camera.centre);
  }

  canStep(step) {
    return this.store.step(this.selected?.id, step) !== null;
  }

  reveal(polygon) {
    this.camera.reveal(polygon);
  }

  /** Keeps one hit test a frame, however many events a mouse sends. */
  point(position) {
    this.pointer = position;
    if (this.pointRequest) return;
    this.pointRequest = requestAnimationFrame(() => {
      this.pointRequest = 0;
      const at = this.pointer && this.inImage(this.pointer) ? this.pointer : null;
      const hovered = at ? this.store.at(...at) : null;
      this.element.style.cursor = this.hand?.cursorOver?.(hovered, at) ?? (hovered ? 'pointer' : 'grab');
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
    this.camera.dispose();
    this.map.setTarget(undefined);
    this.map.dispose();
  }
}
