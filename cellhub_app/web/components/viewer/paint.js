/** Colours by class, bright on dark and light pictures alike; class 0 is the accent of the pages. */
export const CLASS_COLOURS = ['#2dd4bf', '#f97316', '#a78bfa', '#facc15', '#38bdf8', '#f472b6', '#a3e635', '#fb7185'];

/** Selected objects, many of them at once. */
const CHOSEN = { colour: '#ffd60a', fillOpacity: 0.28 };

/** A dark rim keeps bright outlines visible on bright pictures. */
export const RIM = { colour: 'rgba(0, 0, 0, 0.4)', extra: 1.5 };

/**
 * Above FEW polygons outlines are hairlines of one device px: a browser without a GPU draws these ten times as fast as any wider line.
 * Up to SOME there are a dark one, for bright and noisy pictures, and two of the colour, up to MANY one of each, and then the colour
 * alone: what is painted is never more than one line for ten thousand. Who asked for wider ones than DELICATE css px gets them.
 */
export const CROWD = { few: 500, some: 2000, many: 4000 };
const DELICATE = 2;
const SHADE = { colour: 'rgba(0, 0, 0, 0.6)', apart: 1 };
const APART_PX = -0.5;
const BATCH = 128;
const DOT_PX = 3;
const SMALL_PX = 40;

export function colourOf(classId) {
  return CLASS_COLOURS[classId % CLASS_COLOURS.length];
}

/** Adds a ring to the current path, leaving out vertices closer than `tolerance` device px to the one before. */
export function traceRing(context, ring, { scale, left, top }, tolerance) {
  let x = (ring[0] - left) * scale;
  let y = (ring[1] - top) * scale;
  context.moveTo(x, y);
  for (let i = 2; i < ring.length; i += 2) {
    const u = (ring[i] - left) * scale;
    const v = (ring[i + 1] - top) * scale;
    if ((u - x) ** 2 + (v - y) ** 2 > tolerance ** 2) {
      context.lineTo(u, v);
      x = u;
      y = v;
    }
  }
  context.closePath();
}

/** A polygon at its level of detail: a dot, a rough outline, or all of it. */
export function tracePolygon(context, polygon, frame) {
  const [minX, minY, maxX, maxY] = polygon.bounds;
  const width = (maxX - minX) * frame.scale;
  const height = (maxY - minY) * frame.scale;
  if (Math.max(width, height) < DOT_PX) {
    context.rect((minX - frame.left) * frame.scale, (minY - frame.top) * frame.scale, Math.max(1, width), Math.max(1, height));
    return;
  }
  const tolerance = width < SMALL_PX ? 1.6 : 0.75;
  for (const ring of polygon.rings) traceRing(context, ring, frame, tolerance);
}

function byClass(polygons) {
  const groups = new Map();
  for (const polygon of polygons) {
    if (!groups.has(polygon.classId)) groups.set(polygon.classId, []);
    groups.get(polygon.classId).push(polygon);
  }
  return groups;
}

function fill(context, colour, opacity) {
  context.globalAlpha = opacity;
  context.fillStyle = colour;
  context.fill('nonzero');
  context.globalAlpha = 1;
}

function stroke(context, colour, width) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

function trace(context, batch, frame) {
  context.beginPath();
  for (const polygon of batch) tracePolygon(context, polygon, frame);
}

function strokeBeside(context, batch, frame, colour, lineWidth, apart) {
  trace(context, batch, { ...frame, left: frame.left - apart / frame.scale, top: frame.top - apart / frame.scale });
  stroke(context, colour, lineWidth);
}

function paintBatch(context, batch, frame, { colour, fillOpacity, lineWidth, hairlines }) {
  if (hairlines > 1) strokeBeside(context, batch, frame, SHADE.colour, lineWidth, SHADE.apart);
  trace(context, batch, frame);
  if (fillOpacity > 0) fill(context, colour, fillOpacity);
  if (hairlines === 0) stroke(context, RIM.colour, lineWidth + RIM.extra);
  stroke(context, colour, lineWidth);
  if (hairlines === 3) strokeBeside(context, batch, frame, colour, lineWidth, APART_PX);
}

/** How many hairlines make the outline of each of so many polygons: 0, they are lines of their own width with a rim, else 3 to 1. */
export function hairlinesFor(count) {
  if (count <= CROWD.few) return 0;
  if (count <= CROWD.some) return 3;
  return count <= CROWD.many ? 2 : 1;
}

function paintGroup(context, group, frame, style) {
  for (let start = 0; start < group.length; start += BATCH) paintBatch(context, group.slice(start, start + BATCH), frame, style);
}

/**
 * Fills and strokes polygons in batches of one path each (one path for all is slow to stroke, one for each slow to start).
 * frame = {scale: device px per image px, left, top: the image coordinates of the canvas corner}; style.lineWidth in device px;
 * style.chosen, ids of those to paint as selected, over the others; style.hairlines, see hairlinesFor, by default for as many as are given.
 */
export function paintPolygons(context, polygons, frame, style) {
  context.lineJoin = 'round';
  const { hairlines: asked = hairlinesFor(polygons.length), chosen } = style;
  const isWide = style.lineWidth > DELICATE * (frame.pixelRatio ?? 1);
  const hairlines = asked && isWide ? 1 : asked;
  const shared = { ...style, hairlines, lineWidth: asked && !isWide ? 1 : style.lineWidth };
  const chosenOnes = chosen?.size ? polygons.filter(({ id }) => chosen.has(id)) : [];
  const others = chosenOnes.length ? polygons.filter(({ id }) => !chosen.has(id)) : polygons;
  for (const [classId, group] of byClass(others)) paintGroup(context, group, frame, { ...shared, colour: colourOf(classId) });
  paintGroup(context, chosenOnes, frame, { ...shared, ...CHOSEN });
}
