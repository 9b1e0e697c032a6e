import { JoinType, EndType, ClipperOffset, PolyTree64 } from 'clipper2-ts';
import { douglasPeucker } from 'ol/geom/flat/simplify.js';
import { boundsOf, polygonArea, ringArea } from '../geometry.js';
import { fromPath, largest, onGrid, polygonsOf, STEPS, toPath, toPaths } from './grid.js';
import { problemOf, repaired, settled } from './validity.js';

const ARC_TOLERANCE_PX = 0.125;
const SHAVE_PX = 0.1;
const HALVINGS = 6;

/** Corners cut by Chaikin (1974), each ring then scaled about its centre to the area that it had; valid, and one polygon. */
export function smoothed(rings, rounds = 1) {
  let result = rings;
  for (let i = 0; i < rounds; i++) result = result.map(ring => sized(cornersCut(ring), ring));
  return simplified(largest(repaired(onGrid(result))) ?? rings, SHAVE_PX);
}

function cornersCut(ring) {
  const out = new Float64Array(ring.length * 2);
  for (let i = 0; i < ring.length; i += 2) {
    const next = (i + 2) % ring.length;
    for (const axis of [0, 1]) {
      const [from, to] = [ring[i + axis], ring[next + axis]];
      out[2 * i + axis] = 0.75 * from + 0.25 * to;
      out[2 * i + 2 + axis] = 0.25 * from + 0.75 * to;
    }
  }
  return out;
}

function sized(ring, like) {
  const factor = Math.sqrt(Math.abs(ringArea(like) / ringArea(ring)));
  if (!Number.isFinite(factor)) return like;
  const [left, top, right, bottom] = boundsOf(ring);
  const centre = [(left + right) / 2, (top + bottom) / 2];
  return ring.map((value, i) => centre[i % 2] + factor * (value - centre[i % 2]));
}

/** Fewer vertices, none further from the new outline than the tolerance (Douglas & Peucker 1973); valid, if need be with a smaller tolerance. */
export function simplified(rings, tolerancePx) {
  for (let tolerance = tolerancePx, left = HALVINGS; left > 0; tolerance /= 2, left--) {
    const result = rings.map(ring => thinned(ring, tolerance));
    if (problemOf(result) === '') return result;
  }
  return rings;
}

function thinned(ring, tolerance) {
  const count = ring.length;
  const start = farthestFromMiddle(ring);
  const line = [...ring.subarray(start), ...ring.subarray(0, start), ring[start], ring[start + 1]];
  const out = [];
  const end = douglasPeucker(line, 0, line.length, 2, tolerance * tolerance, out, 0);
  return end - 2 >= 6 ? Float32Array.from(out.slice(0, end - 2)) : ring.slice(0, count);
}

/** The first and last vertex of a line stay: one at the rim of the ring is a good one to keep. */
function farthestFromMiddle(ring) {
  const [left, top, right, bottom] = boundsOf(ring);
  const distance = i => Math.hypot(ring[i] - (left + right) / 2, ring[i + 1] - (top + bottom) / 2);
  let best = 0;
  for (let i = 2; i < ring.length; i += 2) if (distance(i) > distance(best)) best = i;
  return best;
}

/** The outline moved outwards by so many px (inwards if negative), holes the other way; none where nothing is left, several where it falls apart. */
export function grown(rings, px) {
  const offset = new ClipperOffset(2, ARC_TOLERANCE_PX * STEPS);
  offset.addPaths(toPaths(rings), JoinType.Round, EndType.Polygon);
  const tree = new PolyTree64();
  offset.execute(px * STEPS, tree);
  return settled(polygonsOf(tree)).map(polygon => simplified(polygon, SHAVE_PX)).sort((one, other) => polygonArea(other) - polygonArea(one));
}

/**
 * The polygon of a freehand stroke: it closes by itself, and what it drew beyond the point where it comes back to its start (within the
 * tolerance) is cut off. Loops on the way are filled. null for a stroke without area.
 */
export function fromStroke(points, closeTolerancePx) {
  const ring = fromPath(toPath(closedAt(points, closeTolerancePx)));
  const polygon = ring.length >= 6 ? largest(repaired([ring])) : null;
  return polygon && simplified(filledOnly(polygon), Math.min(0.5, Math.max(SHAVE_PX, closeTolerancePx / 8)));
}

const filledOnly = ([outline]) => [outline];

function closedAt(points, tolerance) {
  const isNear = i => Math.hypot(points[i] - points[0], points[i + 1] - points[1]) <= tolerance;
  const half = 2 * Math.floor(points.length / 4);
  for (let i = half; i < points.length; i += 2) {
    if (isNear(i)) return points.slice(0, i + 2);
  }
  return points;
}
