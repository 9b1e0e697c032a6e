import { containsPoint } from '../geometry.js';
import { ClipType, combined, fromPath, onGrid, toPath, toPaths } from './grid.js';

const FEW_POINTS = 'The outline needs at least three different points.';
const CROSSING = 'The outline crosses or touches itself.';
const TOUCHING = 'A hole touches or crosses the outline, or another hole.';
const OUTSIDE = 'A hole lies outside of the outline.';
const NESTED = 'A hole lies inside another hole.';
const ROUNDS = 6;

/** Why the server would refuse this polygon, in one sentence; '' for a good one. */
export function problemOf(rings) {
  const paths = rings.map(toPath);
  if (paths.length === 0 || paths.some(path => path.length < 3)) return FEW_POINTS;
  const [contact] = contactsOf(paths, 1);
  if (contact) return contact.sameRing ? CROSSING : TOUCHING;
  const [exterior, ...holes] = paths.map(fromPath);
  if (holes.some(hole => !containsPoint([exterior], hole[0], hole[1]))) return OUTSIDE;
  const isNested = (hole, other) => hole !== other && containsPoint([other], hole[0], hole[1]);
  return holes.some(hole => holes.some(other => isNested(hole, other))) ? NESTED : '';
}

/**
 * The polygons that a doubtful outline stands for, each of them valid: loops are filled, holes cut out, crumbs left out,
 * and where a ring touches itself or another one, a square of two steps of the grid is taken away.
 */
export function repaired(rings) {
  if (rings.length === 0) return [];
  if (problemOf(rings) === '') return [onGrid(rings)];
  const [exterior, ...holes] = rings;
  return settled(combined(ClipType.Difference, toPaths([exterior]), holes.flatMap(hole => toPaths([hole]))));
}

/** What came out of an operation, made valid: `repaired` for polygons of which rings at most touch or cross by rounding. */
export function settled(polygons) {
  return polygons.flatMap(rings => opened(rings, 1));
}

function opened(rings, round) {
  if (problemOf(rings) === '') return [rings];
  if (round > ROUNDS) return [];
  const contacts = contactsOf(rings.map(toPath), Infinity);
  const cuts = contacts.map(({ x, y }) => squareAt(x, y, round));
  return combined(ClipType.Difference, toPaths(rings), cuts).flatMap(piece => opened(piece, round + 1));
}

function squareAt(x, y, half) {
  const left = Math.round(x) - half;
  const top = Math.round(y) - half;
  const side = 2 * half;
  return [{ x: left, y: top }, { x: left + side, y: top }, { x: left + side, y: top + side }, { x: left, y: top + side }];
}

/** Where edges meet that should not, as {x, y, sameRing} in steps, by a sweep along x; at most `limit`. */
export function contactsOf(paths, limit) {
  const edges = paths.flatMap(edgesOf).sort((one, other) => one.left - other.left);
  const found = [];
  for (let i = 0; i < edges.length; i++) {
    for (let j = i + 1; j < edges.length && edges[j].left <= edges[i].right; j++) {
      if (edges[j].bottom < edges[i].top || edges[j].top > edges[i].bottom) continue;
      const place = contactOf(edges[i], edges[j]);
      if (!place) continue;
      found.push({ ...place, sameRing: edges[i].ring === edges[j].ring });
      if (found.length >= limit) return found;
    }
  }
  return found;
}

function edgesOf(path, ring) {
  return path.map((a, place) => {
    const b = path[(place + 1) % path.length];
    const [left, right] = a.x < b.x ? [a.x, b.x] : [b.x, a.x];
    const [top, bottom] = a.y < b.y ? [a.y, b.y] : [b.y, a.y];
    return { a, b, ring, place, count: path.length, left, right, top, bottom };
  });
}

function contactOf(one, other) {
  if (one.ring === other.ring) {
    if ((one.place + 1) % one.count === other.place) return foldAt(one.a, one.b, other.b);
    if ((other.place + 1) % one.count === one.place) return foldAt(other.a, other.b, one.b);
  }
  return meetingOf(one.a, one.b, other.a, other.b);
}

/** Neighbouring edges may share their point, but not run back over each other. */
function foldAt(before, at, after) {
  const isBack = (before.x - at.x) * (after.x - at.x) + (before.y - at.y) * (after.y - at.y) > 0;
  return isBack && turn(before, at, after) === 0 ? at : null;
}

/** Twice the area of the triangle a, b, c: exact for whole steps. */
export function turn(a, b, c) {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/** Whether p, known to lie on the line through a and b, lies between them. */
export function isBetween(a, b, p) {
  return Math.min(a.x, b.x) <= p.x && p.x <= Math.max(a.x, b.x) && Math.min(a.y, b.y) <= p.y && p.y <= Math.max(a.y, b.y);
}

/** The point, rounded to whole steps, where the edges a-b and c-d cross or touch; null where they do not. */
export function meetingOf(a, b, c, d) {
  const atA = turn(c, d, a);
  const atB = turn(c, d, b);
  const atC = turn(a, b, c);
  const atD = turn(a, b, d);
  if (atA === 0 && isBetween(c, d, a)) return a;
  if (atB === 0 && isBetween(c, d, b)) return b;
  if (atC === 0 && isBetween(a, b, c)) return c;
  if (atD === 0 && isBetween(a, b, d)) return d;
  if (atA > 0 === atB > 0 || atC > 0 === atD > 0 || atA === 0 || atB === 0 || atC === 0 || atD === 0) return null;
  const part = atA / (atA - atB);
  return { x: Math.round(a.x + part * (b.x - a.x)), y: Math.round(a.y + part * (b.y - a.y)) };
}
