import { containsPoint } from '../geometry.js';
import { centreOf } from '../store.js';

const LASSO_STEP_PX = 3;

function adds(event) {
  return event.shiftKey || event.ctrlKey || event.metaKey;
}

/** The selection with a polygon put in, or taken out if it was in. */
export function toggled(selection, polygon) {
  return selection.includes(polygon) ? selection.filter(one => one !== polygon) : [...selection, polygon];
}

/** The objects whose middle lies in a ring of points [[x, y], ...]. */
export function within(store, points) {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const ring = Float32Array.from(points.flat());
  const near = store.within([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]);
  return near.filter(polygon => containsPoint([ring], ...centreOf(polygon))).sort((one, other) => one.order - other.order);
}

function cornersOf([x, y], [u, v]) {
  return [[x, y], [u, y], [u, v], [x, v]];
}

/** Selects what lies in a box or a lasso that is drawn. */
export class AreaTool {
  constructor(editor, shape) {
    this.editor = editor;
    this.shape = shape;
    this.points = null;
  }

  down(at) {
    this.points = [at];
    return true;
  }

  drag(at) {
    const [x, y] = this.points.at(-1);
    if (this.shape === 'box') this.points = [this.points[0], at];
    else if (Math.hypot(at[0] - x, at[1] - y) >= this.editor.reach(LASSO_STEP_PX)) this.points.push(at);
    this.editor.viewer.setDraft({ path: { points: this.outline(), closed: true, dots: false } });
  }

  outline() {
    return this.shape === 'box' && this.points.length > 1 ? cornersOf(...this.points) : this.points;
  }

  up(_at, event) {
    if (!this.points) return;
    const outline = this.outline();
    this.drop();
    if (outline.length < 3) return;
    const found = within(this.editor.store, outline);
    const { selection } = this.editor;
    this.editor.choose(adds(event) ? [...selection, ...found.filter(polygon => !selection.includes(polygon))] : found);
    this.editor.say(`${this.editor.selection.length.toLocaleString('en')} selected.`);
  }

  click(at, event) {
    pickAt(this.editor, at, event);
  }

  drop() {
    this.points = null;
    this.editor.viewer.setDraft(null);
  }

  run({ name }) {
    if (name !== 'cancel' || !this.points) return false;
    this.drop();
    return true;
  }

  end() {
    this.drop();
  }

  cursorOver() {
    return 'crosshair';
  }
}

function pickAt(editor, at, event) {
  const polygon = editor.store.at(...at);
  if (adds(event)) {
    if (polygon) editor.choose(toggled(editor.selection, polygon));
  } else {
    editor.choose(polygon ? [polygon] : []);
  }
}

/** Click selects, with shift several; shift + drag takes a box, alt + drag a lasso, any other drag moves the image. */
export class SelectTool {
  constructor(editor) {
    this.editor = editor;
    this.area = null;
    this.kept = [];
  }

  down(at, event) {
    if (!event.shiftKey && !event.altKey) return false;
    this.area = new AreaTool(this.editor, event.shiftKey ? 'box' : 'lasso');
    return this.area.down(at);
  }

  drag(at) {
    this.area?.drag(at);
  }

  up(at, event) {
    const moved = this.area?.points?.length > 1;
    if (moved) this.area.up(at, event);
    this.area?.drop();
    this.area = null;
  }

  click(at, event) {
    this.kept = [];
    pickAt(this.editor, at, event);
  }

  /** Space keeps the object that is selected while the keys go on to others. */
  run({ name, ...command }) {
    if (name === 'put') return this.keep();
    if (name === 'cancel') {
      this.kept = [];
      return this.area?.run({ name }) ?? false;
    }
    const walks = name === 'next' || name === 'previous' || (name === 'arrow' && command.px === 1);
    return walks && this.kept.length > 0 ? this.walk({ name, ...command }) : false;
  }

  keep() {
    const { selected } = this.editor.viewer;
    if (!selected) return false;
    this.kept = toggled(this.kept, selected.id);
    this.editor.say(this.kept.includes(selected.id) ? `Kept, ${this.kept.length} in all. Go on to others.` : 'No longer kept.');
    return true;
  }

  walk({ name, direction }) {
    const { viewer } = this.editor;
    if (!viewer.run(name === 'arrow' ? { name: 'select', direction } : { name })) return false;
    const [current] = viewer.selection;
    const kept = this.kept.filter(id => id !== current.id).map(id => this.editor.store.get(id)).filter(Boolean);
    this.editor.choose([...kept, current]);
    return true;
  }
}

/** The image moves, nothing is selected or edited. */
export class PanTool {
  cursorOver() {
    return 'grab';
  }
}
