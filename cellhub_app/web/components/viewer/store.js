import { boundsOf, containsPoint, withWinding } from './geometry.js';

/**
 * The polygons of one image. `index` is an R-tree with the face of ol/structs/RBush: load(extents, values), getInExtent, clear.
 * `version` grows with every change, so painters know that their picture is old.
 */
export class PolygonStore {
  constructor(index) {
    this.index = index;
    this.polygons = [];
    this.byId = new Map();
    this.version = 0;
  }

  get size() {
    return this.polygons.length;
  }

  replace(objects) {
    this.polygons = objects
      .filter(object => object.rings.length > 0 && object.rings[0].length >= 6)
      .map((object, order) => ({ ...object, order, rings: withWinding(object.rings), bounds: boundsOf(object.rings[0]) }));
    this.byId = new Map(this.polygons.map(polygon => [polygon.id, polygon]));
    this.index.clear();
    this.index.load(this.polygons.map(polygon => polygon.bounds), this.polygons);
    this.version += 1;
  }

  get(id) {
    return this.byId.get(id);
  }

  within(bounds) {
    return this.index.getInExtent(bounds);
  }

  /** The smallest polygon under a point, so that an object inside another one can be reached. */
  at(x, y) {
    let best = null;
    for (const polygon of this.index.getInExtent([x, y, x, y])) {
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
