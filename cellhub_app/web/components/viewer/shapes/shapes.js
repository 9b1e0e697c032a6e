/**
 * The geometry of edits: pure functions of rings in image px, exterior first, then holes. Results lie on the grid of 1/16 px that the server
 * stores. Operations that cut or join answer valid polygons only; those of single vertices (and `moved`) answer what was asked for: ask
 * `problemOf` before keeping it, or take `repaired`. Lines and strokes are flat arrays [x0, y0, x1, y1, ...] as rings are.
 */
export { clipped, filled, subtracted, united, withHole, withoutHole } from './combining.js';
export { fromStroke, grown, simplified, smoothed } from './outlines.js';
export { withPoints } from './paths.js';
export { sliced } from './slicing.js';
export { moved, withoutVertex, withVertex, withVertexAt } from './vertices.js';
export { problemOf, repaired } from './validity.js';
