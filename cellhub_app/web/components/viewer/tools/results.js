import { boundsOf, polygonArea } from '../geometry.js';
import { newId } from '../saving/ids.js';
import { clipped, problemOf, repaired } from '../shapes/shapes.js';

/** Valid polygons that lie in the image, for polygons of which outlines may cross themselves or leave it. */
export function fitted(polygons, { width, height }) {
  return polygons
    .flatMap(rings => (problemOf(rings) ? repaired(rings) : [rings]))
    .flatMap(rings => (isInside(rings, width, height) ? [rings] : clipped(rings, width, height)));
}

function isInside(rings, width, height) {
  const [minX, minY, maxX, maxY] = boundsOf(rings[0]);
  return minX >= 0 && minY >= 0 && maxX <= width && maxY <= height;
}

/** What an object became, for an edit: the largest piece keeps its id, the others get new ones. */
export function successors(polygon, pieces) {
  const { id, classId } = polygon;
  return [...pieces]
    .sort((one, other) => polygonArea(other) - polygonArea(one))
    .map((rings, i) => ({ id: i === 0 ? id : newId(), parents: [id], rings, classId }));
}

/** A new object from nothing. */
export function beginning(rings, classId) {
  return { id: newId(), parents: [], rings, classId };
}
