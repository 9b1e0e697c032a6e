import { containsPoint, polygonArea } from '../geometry.js';
import { largest } from './grid.js';
import { repaired } from './validity.js';

/**
 * "Add points": the stretch of the outline between where the path leaves and re-enters it runs along the path instead. A path outside adds,
 * one inside takes away; of the two ways round, the one that leaves the larger polygon is it. Ends that do not reach the outline are led to
 * the nearest place on it. null where that gives no polygon.
 */
export function withPoints(rings, path) {
  if (path.length < 4) return null;
  const [outline, ...holes] = rings;
  const [from, to, middle] = anchorsOf(outline, path);
  const candidates = [ringAlong(outline, from, to, middle), ringAlong(outline, to, from, reversedPairs(middle))];
  const valid = candidates.filter(ring => ring.length >= 6).map(ring => largest(repaired([Float32Array.from(ring), ...holes])));
  const best = largest(valid.filter(Boolean));
  return best && polygonArea(best) > 0 ? best : null;
}

/** Where the path joins the outline, as {edge, part, x, y}, and what of the path lies between. */
function anchorsOf(outline, path) {
  const crossings = crossingsOf(outline, path);
  if (crossings.length >= 2) {
    const [first, last] = [crossings[0], crossings.at(-1)];
    return [first, last, path.slice(2 * (first.step + 1), 2 * (last.step + 1))];
  }
  const [start, end] = [nearestOn(outline, path[0], path[1]), nearestOn(outline, path.at(-2), path.at(-1))];
  if (crossings.length === 0) return [start, end, path];
  const [only] = crossings;
  const startsInside = containsPoint([outline], path[0], path[1]);
  const isNearerToStart = Math.hypot(start.x - path[0], start.y - path[1]) <= Math.hypot(end.x - path.at(-2), end.y - path.at(-1));
  if (startsInside ? isNearerToStart : !isNearerToStart) return [only, end, path.slice(2 * (only.step + 1))];
  return [start, only, path.slice(0, 2 * (only.step + 1))];
}

/** Where a path crosses a ring, in the path's order; `step` is the path's segment, `edge` the ring's. */
function crossingsOf(ring, path) {
  const found = [];
  for (let step = 0; 2 * step + 3 < path.length; step++) {
    const [ax, ay, bx, by] = path.slice(2 * step, 2 * step + 4);
    for (let edge = 0; edge < ring.length / 2; edge++) {
      const [cx, cy, dx, dy] = edgeOf(ring, edge);
      const across = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx);
      if (across === 0) continue;
      const along = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / across;
      const part = ((cx - ax) * (by - ay) - (cy - ay) * (bx - ax)) / across;
      if (along < 0 || along > 1 || part < 0 || part >= 1) continue;
      found.push({ step, along, edge, part, x: cx + part * (dx - cx), y: cy + part * (dy - cy) });
    }
  }
  return found.sort((one, other) => one.step - other.step || one.along - other.along);
}

function edgeOf(ring, edge) {
  const next = (2 * edge + 2) % ring.length;
  return [ring[2 * edge], ring[2 * edge + 1], ring[next], ring[next + 1]];
}

function nearestOn(ring, x, y) {
  let best = null;
  for (let edge = 0; edge < ring.length / 2; edge++) {
    const [cx, cy, dx, dy] = edgeOf(ring, edge);
    const length = (dx - cx) ** 2 + (dy - cy) ** 2;
    const part = length ? Math.min(1, Math.max(0, ((x - cx) * (dx - cx) + (y - cy) * (dy - cy)) / length)) : 0;
    const place = { edge, part, x: cx + part * (dx - cx), y: cy + part * (dy - cy) };
    place.distance = Math.hypot(place.x - x, place.y - y);
    if (!best || place.distance < best.distance) best = place;
  }
  return best;
}

/** The outline onwards from `to` all the way round to `from`, and back along the path. */
function ringAlong(outline, from, to, middle) {
  const count = outline.length / 2;
  const isBehind = to.edge === from.edge && to.part <= from.part;
  const steps = isBehind ? 0 : (from.edge - to.edge + count) % count || count;
  const kept = Array.from({ length: steps }, (_, i) => (to.edge + 1 + i) % count).flatMap(i => [outline[2 * i], outline[2 * i + 1]]);
  return [to.x, to.y, ...kept, from.x, from.y, ...middle];
}

function reversedPairs(path) {
  return Array.from({ length: path.length / 2 }, (_, i) => path.length / 2 - 1 - i).flatMap(i => [path[2 * i], path[2 * i + 1]]);
}
