import { traceRing } from '../paint.js';

const HALO = 'rgba(0, 0, 0, 0.6)';
const KINDS = {
  work: { stroke: '#ffd60a', fill: 'rgba(255, 214, 10, 0.22)', dash: [] },
  mine: { stroke: '#ffb224', fill: 'rgba(255, 178, 36, 0.20)', dash: [] },
  theirs: { stroke: '#70b8ff', fill: 'rgba(112, 184, 255, 0.16)', dash: [6, 4] },
};
const HANDLE_PX = 3.5;
const ACTIVE_PX = 5.5;
/** Handles closer than this on average would cover the outline. */
const HANDLE_SPACING_PX = 5;

/**
 * Paints what a tool is about to do: shapes [{rings, kind}], path {points, closed}, handles of rings, the active one, a crosshair.
 * frame as for paint.js, with pixelRatio.
 */
export function paintDraft(context, frame, { shapes = [], path = null, handles = null, active = null, crosshair = null }) {
  context.lineJoin = 'round';
  context.lineCap = 'round';
  for (const shape of shapes) paintShape(context, shape, frame);
  if (path?.points.length > 0) paintPath(context, path, frame);
  if (handles) paintHandles(context, handles, frame);
  if (active) paintHandle(context, active, frame, ACTIVE_PX, '#ffd60a');
  if (crosshair) paintCrosshair(context, crosshair, frame);
  context.setLineDash([]);
}

function twice(context, { stroke, dash }, frame) {
  context.setLineDash([]);
  context.strokeStyle = HALO;
  context.lineWidth = 4 * frame.pixelRatio;
  context.stroke();
  context.setLineDash(dash.map(length => length * frame.pixelRatio));
  context.strokeStyle = stroke;
  context.lineWidth = 2 * frame.pixelRatio;
  context.stroke();
}

function paintShape(context, { rings, kind = 'work' }, frame) {
  context.beginPath();
  for (const ring of rings) traceRing(context, ring, frame, 0.25);
  context.fillStyle = KINDS[kind].fill;
  context.fill('evenodd');
  twice(context, KINDS[kind], frame);
}

function paintPath(context, { points, closed, dots = true }, frame) {
  context.beginPath();
  points.forEach(([x, y], i) => context[i === 0 ? 'moveTo' : 'lineTo'](...onCanvas(x, y, frame)));
  if (closed) context.closePath();
  twice(context, KINDS.work, frame);
  if (dots) for (const [x, y] of points) paintHandle(context, [x, y], frame, HANDLE_PX, '#ffffff');
}

function onCanvas(x, y, { scale, left, top }) {
  return [(x - left) * scale, (y - top) * scale];
}

function paintHandle(context, [x, y], frame, radius, colour) {
  context.setLineDash([]);
  context.beginPath();
  context.arc(...onCanvas(x, y, frame), radius * frame.pixelRatio, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  context.strokeStyle = '#000000';
  context.lineWidth = frame.pixelRatio;
  context.stroke();
}

/** Whether the vertices of a ring are far enough from each other on the screen to be shown one by one. */
export function hasRoom(ring, scale) {
  let length = 0;
  for (let i = 0, n = ring.length, j = n - 2; i < n; j = i, i += 2) length += Math.hypot(ring[i] - ring[j], ring[i + 1] - ring[j + 1]);
  return (length * scale) / (ring.length / 2) >= HANDLE_SPACING_PX;
}

function paintHandles(context, rings, frame) {
  for (const ring of rings) {
    const radius = hasRoom(ring, frame.scale / frame.pixelRatio) ? HANDLE_PX : HANDLE_PX / 2;
    for (let i = 0; i < ring.length; i += 2) paintHandle(context, [ring[i], ring[i + 1]], frame, radius, '#ffffff');
  }
}

function paintCrosshair(context, [x, y], frame) {
  const [u, v] = onCanvas(x, y, frame);
  const arm = 12 * frame.pixelRatio;
  context.beginPath();
  context.moveTo(u - arm, v);
  context.lineTo(u + arm, v);
  context.moveTo(u, v - arm);
  context.lineTo(u, v + arm);
  twice(context, { stroke: '#ffffff', dash: [] }, frame);
}
