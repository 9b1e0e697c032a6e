import { polygonArea } from '../geometry.js';
import { ClipType, combined, STEPS, toPaths } from './grid.js';
import { repaired, settled } from './validity.js';

/** Every polygon joined with those that it overlaps or shares an edge with; what lies apart stays apart. Holes are kept where nothing covers them. */
export function united(polygons) {
  return settled(combined(ClipType.Union, polygons.flatMap(toPaths)));
}

/** `rings` without what `other` covers (its holes cover nothing): none, one or several polygons. */
export function subtracted(rings, other) {
  return settled(combined(ClipType.Difference, toPaths(rings), toPaths(other)));
}

/** What of the polygon lies in an image of this size. */
export function clipped(rings, width, height) {
  const [right, bottom] = [width * STEPS, height * STEPS];
  const frame = [{ x: 0, y: 0 }, { x: right, y: 0 }, { x: right, y: bottom }, { x: 0, y: bottom }];
  return settled(combined(ClipType.Intersection, toPaths(rings), [frame]));
}

/** The polygon with a hole; null where `ring` leaves the outline or takes nothing or all of it away. A hole that it overlaps grows. */
export function withHole(rings, ring) {
  const [hole] = repaired([ring]);
  if (!hole) return null;
  const result = subtracted(rings, hole);
  if (result.length !== 1) return null;
  const keepsOutline = polygonArea([result[0][0]]) === polygonArea([rings[0]]);
  return keepsOutline && polygonArea(result[0]) < polygonArea(rings) ? result[0] : null;
}

/** The polygon with the hole `rings[index]` filled; index 0 is the outline and is never taken away. */
export function withoutHole(rings, index) {
  return rings.filter((_, i) => i === 0 || i !== index);
}

/** The polygon with all of its holes filled. */
export function filled(rings) {
  return [rings[0]];
}
