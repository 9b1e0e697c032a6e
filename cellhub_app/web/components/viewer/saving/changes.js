import { polygonArea } from '../geometry.js';

/**
 * A change of objects is {removed: [object], added: [object]}; an object that stays under its id is in both.
 * An edit is {editId, change, note, undoes, base}: a change on its way to the server, which `undoes` another edit or null, made at revision `base`.
 */
export const inverse = ({ removed, added }) => ({ removed: added, added: removed });

export const idsOf = objects => objects.map(({ id }) => id);

export const touchedBy = ({ removed, added }) => new Set(idsOf([...removed, ...added]));

/** An object as `decodeCollection` gives it; made by hand, so without score and doubt. */
export function madeObject({ id, parents = [], rings, classId = 0 }) {
  return { id, parents, rings, classId, score: NaN, doubt: NaN, areaPx: polygonArea(rings) };
}

/** Makes a change in a Map of objects, whatever of it was made before. */
export function perform(objects, { removed, added }) {
  for (const { id } of removed) objects.delete(id);
  for (const object of added) objects.set(object.id, object);
}

/** Whether two objects have the same outline and class, so that one may stand for the other. */
export function isSame(one, other) {
  if (one === other) return true;
  if (!one || !other || one.classId !== other.classId || one.rings.length !== other.rings.length) return false;
  return one.rings.every((ring, i) => ring.length === other.rings[i].length && ring.every((value, k) => value === other.rings[i][k]));
}

/** Whether a change can be made: what it removes is there as it knows it, what it adds is not. */
export function fits(objects, { removed, added }) {
  const gone = new Set(idsOf(removed));
  return removed.every(object => isSame(object, objects.get(object.id))) && added.every(({ id }) => gone.has(id) || !objects.has(id));
}
