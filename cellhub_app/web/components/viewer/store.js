import { boundsOf, containsPoint, withWinding } from './geometry.js';

/** So many changes are remembered for painters; who is further behind paints everything. */
const JOURNAL = 64;

const NOWHERE = Object.freeze([Infinity, Infinity, -Infinity, -Infinity]);

function together([minX, minY, maxX, maxY], { bounds }) {
  return [Math.min(minX, bounds[0]), Math.min(minY, bounds[1]), Math.max(maxX, bounds[2]), Math.max(maxY, bounds[3])];
}

function isDrawable({ rings }) {
  return rings.length > 0 && rings[0].length >= 6;
}

function polygonOf(object, order) {
  return { ...object, order, rings: withWinding(object.rings), bounds: boundsOf(object.rings[0]) };
}

/**
 * The polygons of one image. `index` finds them by their boxes (boxes.js). `version` grows with every change, so painters know that their
 * picture is old; `touchedSince` says where. `extent` holds all of them, and may hold more.
 */
export class PolygonStore {
  constructor(index) {
    this.index = index;
    this.polygons = [];
    this.byId = new Map();
    this.version = 0;
    this.hidden = new Set();
    this.journal = [];
    this.extent = NOWHERE;
  }

  get size() {
    return this.polygons.length;
  }

  replace(objects) {
    this.polygons = objects.filter(isDrawable).map(polygonOf);
    this.byId = new Map(this.polygons.map(polygon => [polygon.id, polygon]));
    this.index.clear();
    this.index.load(this.polygons.map(polygon => polygon.bounds), this.polygons);
    this.extent = this.polygons.reduce(together, NOWHERE);
    this.hidden = new Set();
    this.version += 1;
    this.journal = [];
  }

  /** Takes objects out (ids) and puts others in, also under an id that was there; they lie in the order of the ids, as the server lists them. */
  change({ removed = [], added = [] }) {
    const coming = added.filter(isDrawable);
    const leaving = new Set([...removed, ...coming.map(({ id }) => id)].filter(id => this.byId.has(id)));
    const touched = [...leaving].map(id => this.takeOut(id));
    const made = coming.map(object => polygonOf(object, 0));
    this.extent = made.reduce(together, this.extent);
    for (const polygon of made) {
      this.byId.set(polygon.id, polygon);
      this.index.insert(polygon.bounds, polygon);
    }
    this.polygons = this.polygons.filter(({ id }) => !leaving.has(id));
    if (made.length > 0) this.polygons = [...this.polygons, ...made].sort((one, other) => (one.id < other.id ? -1 : 1));
    this.polygons.forEach((polygon, order) => { polygon.order = order; });
    this.touch([...touched, ...made.map(({ bounds }) => bounds)]);
  }

  takeOut(id) {
    const polygon = this.byId.get(id);
    this.index.remove(polygon);
    this.byId.delete(id);
    return polygon.bounds;
  }

  /** Leaves these out of what is painted and hit, and only these. */
  hide(ids) {
    const now = new Set(ids);
    const changed = [...this.hidden, ...now].filter(id => this.hidden.has(id) !== now.has(id));
    if (changed.length === 0) return;
    this.hidden = now;
    this.touch(changed.filter(id => this.byId.has(id)).map(id => this.byId.get(id).bounds));
  }

  touch(boxes) {
    this.version += 1;
    this.journal.push({ version: this.version, boxes });
    if (this.journal.length > JOURNAL) this.journal.shift();
  }

  /** The boxes that changed after a version; null when everything may have. */
  touchedSince(version) {
    const missed = this.version - version;
    if (missed > this.journal.length) return null;
    return this.journal.slice(this.journal.length - missed).flatMap(({ boxes }) => boxes);
  }

  get(id) {
    return this.byId.get(id);
  }

  within(bounds) {
    const found = this.index.getInExtent(bounds);
    return this.hidden.size > 0 ? found.filter(({ id }) => !this.hidden.has(id)) : found;
  }

  /** The smallest polygon under a point, so that an object inside another one can be reached. */
  at(x, y) {
    let best = null;
    for (const polygon of this.within([x, y, x, y])) {
      if ((best === null || polygon.areaPx < best.areaPx) && containsPoint(polygon.rings, x, y)) best = polygon;
    }
    return best;
  }

  /** The object `step` places after (or before) `id` in reading order; null beyond either end. */
  step(id, step) {
    const current = this.byId.get(id);
    if (!current) return this.polygons.at(step > 0 ? 0 : -1) ?? null;
    return this.polygons[current.order + step] ?? null;
  }

  /** The nearest object in a direction ([1, 0] is right), seen within 45 degrees of it. */
  towards(id, [dx, dy]) {
    const current = this.byId.get(id);
    if (!current) return null;
    const [x, y] = centreOf(current);
    let best = null;
    let bestDistance = Infinity;
    for (const polygon of this.polygons) {
      const [u, v] = centreOf(polygon);
      const ahead = (u - x) * dx + (v - y) * dy;
      const aside = Math.abs((u - x) * dy) + Math.abs((v - y) * dx);
      const distance = Math.hypot(ahead, 2 * aside);
      if (polygon !== current && ahead > 0 && aside <= ahead && distance < bestDistance) {
        best = polygon;
        bestDistance = distance;
      }
    }
    return best;
  }

  nearest(x, y) {
    let best = null;
    let bestDistance = Infinity;
    for (const polygon of this.polygons) {
      const [u, v] = centreOf(polygon);
      const distance = Math.hypot(u - x, v - y);
      if (distance < bestDistance) [best, bestDistance] = [polygon, distance];
    }
    return best;
  }
}

export function centreOf({ bounds }) {
  return [(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2];
}
