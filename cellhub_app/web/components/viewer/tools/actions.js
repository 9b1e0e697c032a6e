import { polygonArea } from '../geometry.js';
import { filled, grown, moved, simplified, smoothed, united } from '../shapes/shapes.js';
import { ACTIONS } from './catalog.js';
import { fitted, successors } from './results.js';

const PANELS = new Set(ACTIONS.filter(({ panel }) => panel).map(({ name }) => name));
const NOTHING_SELECTED = 'Select an object first.';

export function counted(count) {
  return count === 1 ? '1 object' : `${count.toLocaleString('en')} objects`;
}

/** An action of the rail or of a key: at once, or its panel of figures first. */
export function start(editor, name) {
  if (!PANELS.has(name)) return smooth(editor);
  if (name !== 'filter' && editor.selection.length === 0) return editor.refuse(NOTHING_SELECTED) || true;
  editor.open(editor.state.panel === name ? '' : name);
  return true;
}

/** Puts into each polygon's place what `change(rings)` makes of it: polygons, none to leave it as it is; true unless nothing changed. */
export function replace(editor, polygons, change, { note, nothing }) {
  const removed = [];
  const added = [];
  for (const polygon of polygons) {
    const pieces = change(polygon.rings);
    const inside = pieces ? fitted(pieces, editor.size) : [];
    if (inside.length === 0) continue;
    removed.push(polygon.id);
    added.push(...successors(polygon, inside));
  }
  if (removed.length === 0) return editor.refuse(nothing) || true;
  return editor.apply({ removed, added, note: `${note} ${counted(removed.length)}.` }) || true;
}

function onSelection(editor, change, words) {
  if (editor.selection.length === 0) return editor.refuse(NOTHING_SELECTED) || true;
  return replace(editor, editor.selection, change, words);
}

export function remove(editor, polygons = editor.selection) {
  if (polygons.length === 0) return editor.refuse(NOTHING_SELECTED) || true;
  const place = polygons.at(-1).order;
  if (editor.apply({ removed: polygons.map(({ id }) => id), note: `Deleted ${counted(polygons.length)}.`, select: [] })) editor.resume(place);
  return true;
}

/** One object from several that touch; it keeps the id of the largest. */
export function merge(editor, polygons) {
  const pieces = fitted(united(polygons.map(({ rings }) => rings)), editor.size);
  if (pieces.length !== 1) return editor.refuse('These objects do not touch each other, so they cannot become one.');
  const [largest] = [...polygons].sort((one, other) => polygonArea(other.rings) - polygonArea(one.rings));
  const ids = polygons.map(({ id }) => id);
  const added = [{ id: largest.id, parents: ids, rings: pieces[0], classId: largest.classId }];
  return editor.apply({ removed: ids, added, note: `Merged ${counted(ids.length)}.` });
}

export function fill(editor) {
  const words = { note: 'Filled the holes of', nothing: 'There are no holes to fill.' };
  return onSelection(editor, rings => (rings.length > 1 ? [filled(rings)] : null), words);
}

export function smooth(editor) {
  return onSelection(editor, rings => [smoothed(rings)], { note: 'Smoothed', nothing: 'Too small to be smoothed.' });
}

export function simplify(editor, tolerancePx) {
  const change = rings => {
    const fewer = simplified(rings, tolerancePx);
    return vertices(fewer) < vertices(rings) ? [fewer] : null;
  };
  return onSelection(editor, change, { note: 'Simplified', nothing: `No vertex can go within ${tolerancePx} px.` });
}

function vertices(rings) {
  return rings.reduce((sum, ring) => sum + ring.length / 2, 0);
}

/** Grows by so many px, or shrinks by a negative number. */
export function resize(editor, px) {
  const grew = { note: 'Grew', nothing: 'Nothing can grow here.' };
  const shrank = { note: 'Shrank', nothing: 'Too small: nothing would be left. Delete it instead.' };
  return onSelection(editor, rings => grown(rings, px), px > 0 ? grew : shrank);
}

export function setClass(editor, classId) {
  const changing = editor.selection.filter(polygon => polygon.classId !== classId);
  if (changing.length === 0) return editor.refuse(editor.selection.length > 0 ? `Already of class ${classId}.` : NOTHING_SELECTED);
  const added = changing.map(({ id, rings }) => ({ id, parents: [id], rings, classId }));
  const note = `Class ${classId} for ${counted(changing.length)}.`;
  return editor.apply({ removed: added.map(({ id }) => id), added, note, select: editor.selection.map(({ id }) => id) });
}

/** How far polygons may move by (dx, dy) without leaving the image. */
export function allowedMove(polygons, [dx, dy], { width, height }) {
  let [left, top, right, bottom] = [Infinity, Infinity, Infinity, Infinity];
  for (const { bounds: [minX, minY, maxX, maxY] } of polygons) {
    [left, top] = [Math.min(left, minX), Math.min(top, minY)];
    [right, bottom] = [Math.min(right, width - maxX), Math.min(bottom, height - maxY)];
  }
  return [Math.max(-left, Math.min(right, dx)), Math.max(-top, Math.min(bottom, dy))];
}

export function move(editor, polygons, wanted) {
  const [dx, dy] = allowedMove(polygons, wanted, editor.size);
  if (dx === 0 && dy === 0) return editor.refuse('It lies at the edge of the image.');
  const added = polygons.map(({ id, rings, classId }) => ({ id, parents: [id], rings: moved(rings, dx, dy), classId }));
  return editor.apply({ removed: added.map(({ id }) => id), added, note: `Moved ${counted(added.length)}.` });
}
