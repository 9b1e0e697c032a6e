import { boundsOf, containsPoint } from '../geometry.js';
import { fromStroke, sliced, withHole, withPoints } from '../shapes/shapes.js';
import { counted, replace } from './actions.js';
import { edgeNear } from './nearest.js';
import { beginning, fitted, successors } from './results.js';

const CLOSE_PX = 20;
const END_REACH_PX = 16;

/** Points as a flat line or ring. */
function ringOf(points) {
  return Float32Array.from(points.flat());
}

function begin(editor, polygons) {
  const pieces = fitted(polygons, editor.size);
  if (pieces.length === 0) return editor.refuse('Nothing of that lies inside the image.');
  const added = pieces.map(rings => beginning(rings, Math.round(editor.number('classId'))));
  return editor.apply({ added, note: `Drew ${counted(added.length)}.` });
}

function freehand(editor, points) {
  const rings = fromStroke(ringOf(points), editor.reach(CLOSE_PX));
  return rings ? begin(editor, [rings]) : editor.refuse('Draw around an area: that line holds none.');
}

/** What a line or an outline is about: what is selected, or else whatever lies there. */
function targets(editor, points) {
  return editor.selection.length > 0 ? editor.selection : editor.store.within(boundsOf(ringOf(points)));
}

function slice(editor, points) {
  const nothing = editor.selection.length > 0 ? 'The line does not cut through what is selected.' : 'The line does not cut through any object.';
  return replace(editor, targets(editor, points), rings => sliced(rings, ringOf(points)), { note: 'Cut', nothing });
}

function hole(editor, points) {
  const ring = ringOf(points);
  const polygon = editor.viewer.selected ?? editor.store.at(...points[0]);
  if (!polygon) return editor.refuse('There is no object here to make a hole in.');
  const pierced = withHole(polygon.rings, ring);
  if (!pierced) return editor.refuse('A hole has to lie inside the outline of its object.');
  return editor.apply({ removed: [polygon.id], added: successors(polygon, [pierced]), note: 'Made a hole.' });
}

function addPoints(editor, points) {
  const polygon = editor.viewer.selected ?? editor.store.at(...points[0]);
  if (!polygon) return editor.refuse('Select the object that the line belongs to.');
  const belongs = at => containsPoint(polygon.rings, ...at) || edgeNear(polygon.rings, at, editor.reach(END_REACH_PX)) !== null;
  if (!belongs(points[0]) || !belongs(points.at(-1))) return editor.refuse('The line has to start and end on the outline, or inside it.');
  const changed = withPoints(polygon.rings, ringOf(points));
  if (!changed) return editor.refuse('That line makes no outline. Leave the outline and come back to it once.');
  return replace(editor, [polygon], () => [changed], { note: 'Changed the outline of', nothing: 'The outline stays as it was.' });
}

/** What each drawing tool makes of the points [[x, y], ...] that were drawn. */
export const finishers = {
  draw: (editor, points) => begin(editor, [[ringOf(points)]]),
  freehand,
  points: addPoints,
  slice,
  hole,
};
