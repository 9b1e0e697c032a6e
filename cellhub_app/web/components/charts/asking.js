/** Asking the API for figures and rows; what goes wrong is a sentence. */
import { filtersOf, wordsOf } from './address.js';

const SAID = {
  401: 'You are signed out. Sign in again to see the results.',
  403: 'Your role in this project does not allow this. Ask an owner for more.',
  404: "Couldn't find this project. It may have been deleted, or is no longer shared with you.",
  429: 'Too many requests in one minute. Wait a moment, then try again.',
};

export async function ask(url, { signal, method = 'GET', body } = {}) {
  const headers = { Accept: 'application/json', ...(body ? { 'Content-Type': 'application/json' } : {}) };
  let response;
  try {
    response = await fetch(url, { signal, method, headers, credentials: 'same-origin', body: body && JSON.stringify(body) });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Error('The server did not answer. Check the connection, then try again.');
  }
  if (response.ok) return response.json();
  const said = await response.json().catch(() => ({}));
  const isOurs = (response.status === 422 || response.status === 409) && typeof said.detail === 'string';
  throw new Error(isOurs ? said.detail : SAID[response.status] ?? "Couldn't compute this: the server had a problem. Try again in a moment.");
}

export const resultsUrl = (api, projectId, part = '') => `${api}/projects/${encodeURIComponent(projectId)}/results${part && `/${part}`}`;

const query = pairs => new URLSearchParams(pairs.filter(([name, value]) => name === 'condition' || (value !== '' && value !== null))).toString();

const perOf = view => (view.per === 'image' ? [['per', 'image']] : []);

/** The address behind a figure; of the selection only the histogram depends. */
export function figureUrl(base, view) {
  const filters = filtersOf(view);
  const { chart, measure, x, y, by } = view;
  const parts = {
    histogram: [['measure', measure], ['by', by], ...view.select.map(range => ['select', wordsOf(range)])],
    scatter: [['x', x], ['y', y], ['by', by]],
    box: [['measure', measure], ['by', by]],
    superplot: [['measure', measure], ['by', by]],
    course: [['measure', measure], ['by', by]],
  };
  const path = { box: 'groups', superplot: 'groups' }[chart] ?? chart;
  return `${base}/${path}?${query([...parts[chart], ...perOf(view), ...filters])}`;
}

export function comparisonUrl(base, view, test, each) {
  return `${base}/comparison?${query([['measure', view.measure], ['by', view.by], ['test', test], ['each', each], ...perOf(view), ...filtersOf(view)])}`;
}

export function rowsUrl(base, view, at, limit) {
  return `${base}/objects?${query([...filtersOf(view, { selected: true }), ['sort', view.sort], ['at', String(at)], ['limit', String(limit)]])}`;
}

export const overviewUrl = (base, view, selected = false) => `${base}?${query(filtersOf(view, { selected }))}`;
export const imagesUrl = (base, view) => `${base}/images?${query([...perOf(view), ...filtersOf(view, { selected: true })])}`;

/** What a change of all selected objects takes as its body. */
export const sweepBody = (view, what, expected, classId = null) => ({ what, classId, expected, objects: objectsOf(view) });

/** What puts a tag on the images that hold what is selected. */
export const tagBody = (view, tag) => ({ tag, objects: { ...objectsOf(view), per: view.per } });

function objectsOf(view) {
  const { tag, condition, border, imageId } = view;
  const where = [...view.where, ...view.select].map(wordsOf);
  return { where, tag, condition, imageId, classId: view.classId.map(Number), border: border || null };
}
