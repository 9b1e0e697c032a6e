import { Clipper64, ClipType, FillRule, PolyTree64 } from 'clipper2-ts';
import { polygonArea, withWinding } from '../geometry.js';

/** Outlines are stored in steps of 1/16 px; all cutting and joining happens on whole steps, so that what two shapes share stays shared. */
export const STEPS = 16;

/** Less than this holds no pixel: crumbs of an operation that are left out, in px². */
export const SMALLEST_AREA_PX = 0.5;

export function snapped(value) {
  return Math.round(value * STEPS) / STEPS;
}

/** A line in whole steps [{x, y}, ...] without points that repeat the one before. */
export function toLine(points) {
  const path = [];
  for (let i = 0; i < points.length; i += 2) {
    const point = { x: Math.round(points[i] * STEPS), y: Math.round(points[i + 1] * STEPS) };
    const last = path.at(-1);
    if (!last || last.x !== point.x || last.y !== point.y) path.push(point);
  }
  return path;
}

/** The same of a ring: its last point does not repeat the first either. */
export function toPath(ring) {
  const path = toLine(ring);
  while (path.length > 1 && path[0].x === path.at(-1).x && path[0].y === path.at(-1).y) path.pop();
  return path;
}

/** Exterior positive, holes negative: the nonzero rule then fills overlaps and keeps holes open. */
export function toPaths(rings) {
  return withWinding(rings).map(toPath).filter(path => path.length >= 3);
}

export function fromPath(path) {
  const ring = new Float32Array(path.length * 2);
  path.forEach(({ x, y }, i) => {
    ring[2 * i] = x / STEPS;
    ring[2 * i + 1] = y / STEPS;
  });
  return ring;
}

/** The rings rounded to the grid; rings that vanish there are left out. */
export function onGrid(rings) {
  return rings.map(toPath).filter(path => path.length >= 3).map(fromPath);
}

/** ClipType and paths -> polygons, each its exterior and its holes. */
export function combined(type, subject, clip = []) {
  const clipper = new Clipper64();
  if (subject.length > 0) clipper.addSubject(subject);
  if (clip.length > 0) clipper.addClip(clip);
  const tree = new PolyTree64();
  clipper.execute(type, FillRule.NonZero, tree);
  return polygonsOf(tree);
}

/** The polygons of a tree of Clipper: below each exterior lie its holes, below a hole the exteriors inside it. */
export function polygonsOf(tree) {
  const found = [];
  const collect = parent => {
    for (const outer of childrenOf(parent)) {
      const holes = childrenOf(outer);
      found.push(withWinding([outer, ...holes].map(node => fromPath(toWhole(node.poly)))));
      holes.forEach(collect);
    }
  };
  collect(tree);
  return found.filter(rings => polygonArea(rings) >= SMALLEST_AREA_PX);
}

function childrenOf(node) {
  return Array.from({ length: node.count }, (_, i) => node.child(i));
}

function toWhole(path) {
  return path.map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) }));
}

export function largest(polygons) {
  return polygons.reduce((best, rings) => (best && polygonArea(best) >= polygonArea(rings) ? best : rings), null);
}

export { ClipType };
