import { Boxes } from '../boxes.js';
import { polygonArea } from '../geometry.js';
import { EditSession } from '../saving/session.js';
import { PolygonStore } from '../store.js';
import { Editor } from './editor.js';

export const SIZE = { width: 200, height: 200 };

export function rectangle(id, x, y, width, height = width, ...holes) {
  const rings = [Float32Array.of(x, y, x + width, y, x + width, y + height, x, y + height), ...holes.map(([u, v, side]) => Float32Array.of(u, v, u, v + side, u + side, v + side, u + side, v))];
  return { id, classId: 0, score: 0.5, doubt: 0.1, areaPx: polygonArea(rings), rings };
}

/** A viewer without a screen: one px of it is one px of the image. */
class Paper {
  constructor(objects) {
    this.store = new PolygonStore(new Boxes());
    this.store.replace(objects);
    this.selection = [];
    this.camera = { resolution: 1, centre: [100, 100] };
    this.draft = null;
    this.hiddenIds = [];
  }

  get selected() { return this.selection.at(-1) ?? null; }

  chooseAll(polygons) { this.selection = polygons; }

  change(change) {
    this.store.change(change);
    this.selection = this.selection.map(({ id }) => this.store.get(id)).filter(Boolean);
  }

  setDraft(draft, hiddenIds = []) {
    this.draft = draft;
    this.hiddenIds = hiddenIds;
  }

  reveal() {}

  run({ name, direction }) {
    const next = name === 'select' ? this.store.towards(this.selected.id, direction) : this.store.step(this.selected?.id, name === 'next' ? 1 : -1);
    if (next) this.selection = [next];
    return Boolean(next);
  }
}

/** An editor of some objects, with the answers of `tests`: what lies there, by id. */
export function workbench(...objects) {
  const viewer = new Paper(objects);
  const session = new EditSession({ imageId: 'image', objects });
  const editor = new Editor({ viewer, session, size: SIZE });
  const at = name => editor.use(name);
  return {
    editor, viewer, session, use: at,
    select: (...ids) => editor.choose(ids.map(id => viewer.store.get(id))),
    selected: () => editor.selection.map(({ id }) => id),
    area: id => polygonArea(viewer.store.get(id).rings),
    areas: () => viewer.store.polygons.map(({ rings }) => polygonArea(rings)).sort((a, b) => a - b),
    click: (x, y, event = {}) => editor.tool.click([x, y], event),
    drag(points, event = {}) {
      const [first, ...rest] = points;
      const taken = editor.tool.down?.(first, event);
      if (!taken) return false;
      for (const point of rest) editor.tool.drag(point, event);
      editor.tool.up(points.at(-1), event);
      return true;
    },
    press: (name, more = {}) => editor.run({ name, ...more }),
  };
}
