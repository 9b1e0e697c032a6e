import { snapped } from './grid.js';

/** The polygon elsewhere, in steps of the grid so that its form stays exactly. */
export function moved(rings, dx, dy) {
  const [x, y] = [snapped(dx), snapped(dy)];
  return rings.map(ring => ring.map((value, i) => value + (i % 2 === 0 ? x : y)));
}

function withRing(rings, ringIndex, ring) {
  return rings.map((old, i) => (i === ringIndex ? ring : old));
}

/** The polygon with a new vertex before the one at `place` (0 to the count of vertices: there it is the last). */
export function withVertex(rings, ringIndex, place, x, y) {
  const ring = rings[ringIndex];
  const values = [...ring.subarray(0, 2 * place), snapped(x), snapped(y), ...ring.subarray(2 * place)];
  return withRing(rings, ringIndex, Float32Array.from(values));
}

/** The polygon with the vertex at `place` moved. Ask `problemOf` of the result. */
export function withVertexAt(rings, ringIndex, place, x, y) {
  const ring = rings[ringIndex].slice();
  ring[2 * place] = snapped(x);
  ring[2 * place + 1] = snapped(y);
  return withRing(rings, ringIndex, ring);
}

/** The polygon without a vertex; a hole of three goes with it, and an outline of three answers null. */
export function withoutVertex(rings, ringIndex, place) {
  const ring = rings[ringIndex];
  if (ring.length > 6) return withRing(rings, ringIndex, ring.filter((_, i) => i >> 1 !== place));
  return ringIndex === 0 ? null : rings.filter((_, i) => i !== ringIndex);
}
