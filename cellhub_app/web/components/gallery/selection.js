/**
 * A selection is {ids: Set, all, anchor}. With `all` it is everything that matches the filter, loaded or not, except `ids`;
 * else it is `ids`. The anchor is the id from which shift extends. All functions return a new selection.
 */
export const NOTHING = Object.freeze({ ids: new Set(), all: false, anchor: null });

export function only(id) {
  return { ids: new Set([id]), all: false, anchor: id };
}

export function everything() {
  return { ids: new Set(), all: true, anchor: null };
}

/** One in or out: in "all" it is an exception that comes or goes. */
export function toggled(selection, id) {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, all: selection.all, anchor: id };
}

/** From the anchor to `index` in the order of the rows; what was selected elsewhere stays only if asked (ctrl with shift). */
export function extended(selection, rows, indexOf, index, { keep = false } = {}) {
  const anchor = indexOf.has(selection.anchor) ? selection.anchor : rows[index].id;
  const from = indexOf.get(anchor);
  const span = rows.slice(Math.min(from, index), Math.max(from, index) + 1).map(row => row.id);
  if (keep && selection.all) return { ids: new Set([...selection.ids].filter(id => !span.includes(id))), all: true, anchor };
  return { ids: new Set(keep ? [...selection.ids, ...span] : span), all: false, anchor };
}

export function without(selection, removedIds) {
  if (!removedIds.some(id => selection.ids.has(id))) return selection;
  const ids = new Set(selection.ids);
  removedIds.forEach(id => ids.delete(id));
  return { ...selection, ids };
}

export function isSelected(selection, id) {
  return selection.all !== selection.ids.has(id);
}

export function countOf(selection, total) {
  return selection.all ? Math.max(0, total - selection.ids.size) : selection.ids.size;
}

/** What the page is told: with `all`, ids are the exceptions. */
export function summary(selection, total) {
  return { ids: [...selection.ids], all: selection.all, count: countOf(selection, total) };
}
