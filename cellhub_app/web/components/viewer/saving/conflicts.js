import { idsOf, isSame, perform, touchedBy } from './changes.js';

/**
 * Where unsent edits meet what others did: [{id, mine: [object], theirs: [object]}] for each object that an edit removes or changes
 * and that `server` (id -> object) has no more as the edit knows it. Empty lists say that it was deleted.
 */
export function conflictsOf(edits, server, objects) {
  const found = new Map();
  const view = overlayOf(server);
  for (const { change } of edits) {
    for (const object of change.removed) {
      if (!found.has(object.id) && !isSame(object, view.get(object.id))) found.set(object.id, object);
    }
    perform(view, change);
  }
  return [...found.keys()].map(id => ({ id, mine: descendants(id, edits, objects), theirs: current(id, server) }));
}

/** A Map over another one that it leaves as it is. */
function overlayOf(base) {
  const own = new Map();
  return {
    get: id => (own.has(id) ? own.get(id) : base.get(id)),
    set: (id, object) => own.set(id, object),
    delete: id => own.set(id, undefined),
  };
}

/** What has become of an object here: itself, or those that took its place. */
function descendants(id, edits, objects) {
  const ids = new Set([id]);
  for (const { change } of edits) {
    if (change.removed.some(object => ids.has(object.id))) change.added.forEach(object => ids.add(object.id));
  }
  return [...ids].map(key => objects.get(key)).filter(Boolean);
}

/** What has become of it on the server. */
function current(id, server) {
  if (server.has(id)) return [server.get(id)];
  return [...server.values()].filter(({ parents }) => parents?.includes(id));
}

/**
 * The edits after the choice, 'mine' or 'theirs' for each id: an edit that touches one of theirs is dropped, with all that build on it;
 * one of mine takes the place of what the others made. Answers {kept, dropped}; edits that stay are changed in place.
 */
export function settle(edits, conflicts, choices) {
  const lost = new Set(conflicts.filter(({ id }) => choices[id] === 'theirs').map(({ id }) => id));
  const won = new Map(conflicts.filter(({ id }) => choices[id] === 'mine').map(conflict => [conflict.id, conflict.theirs]));
  const [kept, dropped] = [[], []];
  for (const edit of edits) {
    const touched = [...touchedBy(edit.change)];
    if (touched.some(id => lost.has(id))) {
      dropped.push(edit);
      idsOf(edit.change.added).forEach(id => lost.add(id));
    } else {
      edit.change = rebased(edit.change, won);
      kept.push(edit);
    }
  }
  return { kept, dropped };
}

/** The change with the objects of others in the place of those that are gone; each of them only once. */
function rebased(change, won) {
  const removed = change.removed.flatMap(object => {
    const theirs = won.get(object.id);
    won.delete(object.id);
    return theirs ?? [object];
  });
  return { ...change, removed };
}
