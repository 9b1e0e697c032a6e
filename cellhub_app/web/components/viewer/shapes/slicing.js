import { boundsOf, containsPoint, polygonArea, withWinding } from '../geometry.js';
import { fromPath, SMALLEST_AREA_PX, toLine, toPath } from './grid.js';
import { meetingOf, settled } from './validity.js';

const keyOf = ({ x, y }) => `${x} ${y}`;

/**
 * The pieces into which an open line divides the polygon, largest first; null where it does not cross it from side to side.
 * The line may bend and cross itself; ends that dangle inside cut nothing. Neighbouring pieces share their new vertices exactly, so there is
 * no gap, and their areas add up to the polygon's but for the rounding of the crossings to the grid.
 */
export function sliced(rings, line) {
  const paths = withWinding(rings).map(toPath);
  const blade = toLine(line);
  if (blade.length < 2) return null;
  const outlines = paths.flatMap(path => path.map((a, i) => ({ a, b: path[(i + 1) % path.length], isOutline: true })));
  const cuts = blade.slice(1).map((b, i) => ({ a: blade[i], b, isOutline: false }));
  const graph = new Graph(noded(outlines, cuts), paths.map(fromPath));
  const pieces = settled(graph.pieces()).filter(piece => polygonArea(piece) >= SMALLEST_AREA_PX);
  return pieces.length < 2 ? null : pieces.sort((one, other) => polygonArea(other) - polygonArea(one));
}

/** The edges split where outline and line, or the line and itself, meet. */
function noded(outlines, cuts) {
  const nodes = new Map([...outlines, ...cuts].map(edge => [edge, []]));
  const meet = (one, other) => {
    for (const place of meetings(one, other)) {
      nodes.get(one).push(place);
      nodes.get(other).push(place);
    }
  };
  cuts.forEach((cut, i) => {
    outlines.forEach(edge => meet(cut, edge));
    cuts.slice(i + 1).forEach(edge => meet(cut, edge));
  });
  return [...nodes].flatMap(([edge, places]) => splitAt(edge, places));
}

/** All points that two edges share: a line that runs along an outline meets it twice. */
function meetings(one, other) {
  if (Math.max(one.a.x, one.b.x) < Math.min(other.a.x, other.b.x) || Math.max(other.a.x, other.b.x) < Math.min(one.a.x, one.b.x)) return [];
  const places = [
    meetingOf(one.a, one.b, other.a, other.b), meetingOf(one.b, one.a, other.b, other.a),
    meetingOf(other.a, other.b, one.a, one.b), meetingOf(other.b, other.a, one.b, one.a),
  ];
  return places.filter(Boolean);
}

function splitAt({ a, b, isOutline }, places) {
  const along = ({ x, y }) => (x - a.x) * (b.x - a.x) + (y - a.y) * (b.y - a.y);
  const stops = [a, ...places.sort((p, q) => along(p) - along(q)), b];
  return stops.slice(1).map((stop, i) => ({ a: stops[i], b: stop, isOutline })).filter(edge => keyOf(edge.a) !== keyOf(edge.b));
}

/** A planar graph of outline and line, of which the faces inside the polygon are the pieces. */
class Graph {
  constructor(edges, rings) {
    this.rings = rings;
    this.nodes = new Map();
    for (const edge of edges) this.add(edge);
    this.prune();
  }

  /** Each edge is two arrows; those of an outline know on which side the polygon lies. */
  add({ a, b, isOutline }) {
    this.arrow(a, b, isOutline ? 'inside' : 'unknown');
    this.arrow(b, a, isOutline ? 'outside' : 'unknown');
  }

  arrow(from, to, side) {
    if (!this.nodes.has(keyOf(from))) this.nodes.set(keyOf(from), { ...from, out: new Map() });
    const { out } = this.nodes.get(keyOf(from));
    if (side !== 'unknown' || !out.has(keyOf(to))) out.set(keyOf(to), { from, to, side });
  }

  /** Takes away what ends nowhere: it bounds no face. */
  prune() {
    const loose = [...this.nodes.keys()];
    while (loose.length > 0) {
      const key = loose.pop();
      const node = this.nodes.get(key);
      if (!node || node.out.size > 1) continue;
      this.nodes.delete(key);
      for (const other of node.out.keys()) {
        this.nodes.get(other).out.delete(key);
        loose.push(other);
      }
    }
  }

  pieces() {
    const loops = this.loops();
    const faces = loops.filter(loop => loop.area > 0 && this.isInside(loop)).sort((one, other) => one.area - other.area);
    const rests = loops.filter(loop => loop.area < 0);
    const holes = new Map(faces.map(face => [face, []]));
    for (const rest of rests) {
      const around = faces.find(face => face.area > -rest.area && isAround(face, rest));
      if (around) holes.get(around).push(rest.ring);
    }
    return faces.map(face => [face.ring, ...holes.get(face)]);
  }

  /** Follows every arrow, turning as sharply as it can towards its own side, until it comes back. */
  loops() {
    for (const node of this.nodes.values()) {
      node.order = [...node.out.values()].sort((one, other) => angleOf(one) - angleOf(other));
      node.order.forEach((arrow, place) => { arrow.place = place; });
    }
    const loops = [];
    const seen = new Set();
    for (const node of this.nodes.values()) {
      for (const arrow of node.order) if (!seen.has(arrow)) loops.push(this.loopFrom(arrow, seen));
    }
    return loops;
  }

  loopFrom(start, seen) {
    const arrows = [];
    for (let arrow = start; !seen.has(arrow); arrow = this.after(arrow)) {
      seen.add(arrow);
      arrows.push(arrow);
    }
    const path = arrows.map(({ from }) => from);
    const twice = path.reduce((sum, { x, y }, i) => sum + x * path[(i + 1) % path.length].y - path[(i + 1) % path.length].x * y, 0);
    return { arrows, area: twice / 2, ring: fromPath(path) };
  }

  after({ from, to }) {
    const { order, out } = this.nodes.get(keyOf(to));
    const { place } = out.get(keyOf(from));
    return order[(place + order.length - 1) % order.length];
  }

  isInside({ arrows }) {
    const known = arrows.find(({ side }) => side !== 'unknown');
    if (known) return known.side === 'inside';
    const [{ from, to }] = arrows;
    const [x, y] = fromPath([{ x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }]);
    return containsPoint(this.rings, x, y);
  }
}

const angleOf = ({ from, to }) => Math.atan2(to.y - from.y, to.x - from.x);

/** Whether a face holds another loop that shares no edge with it. */
function isAround({ ring }, rest) {
  const [a, b] = [boundsOf(ring), boundsOf(rest.ring)];
  if (b[0] < a[0] || b[1] < a[1] || b[2] > a[2] || b[3] > a[3]) return false;
  const own = new Set(Array.from({ length: ring.length / 2 }, (_, i) => `${ring[2 * i]} ${ring[2 * i + 1]}`));
  for (let i = 0; i < rest.ring.length; i += 2) {
    const [x, y] = [rest.ring[i], rest.ring[i + 1]];
    if (!own.has(`${x} ${y}`)) return containsPoint([ring], x, y);
  }
  return false;
}
