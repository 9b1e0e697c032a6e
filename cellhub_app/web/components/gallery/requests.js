/** Where members ask; visitors with a share link ask below an address of its own. */
export const API = '/api/v1';
const FILTERS = ['status', 'q', 'tag', 'flaw', 'holding', 'trashed', 'minObjects', 'maxObjects', 'sort'];
const NARROWING = FILTERS.filter(name => name !== 'trashed' && name !== 'sort');

/** The address of one page of a project's images; empty filters are left out. */
export function pageUrl(projectId, query, cursor, limit, api = API) {
  const parameters = new URLSearchParams({ limit: String(limit) });
  for (const name of FILTERS) {
    const value = query?.[name];
    if (value !== undefined && value !== null && value !== '') parameters.set(name, String(value));
  }
  if (cursor) parameters.set('cursor', cursor);
  return `${api}/projects/${encodeURIComponent(projectId)}/images?${parameters}`;
}

/** Whether there may be images that the filter hides. */
export function isFiltered(query) {
  return NARROWING.some(name => (query?.[name] ?? '') !== '');
}

export function thumbnailUrl(image, api = API) {
  return `${api}/images/${image.id}/thumbnail`;
}

/**
 * The revision in the address lets the browser keep an overlay for ever; without one, the job makes a new segmentation ask anew. After an
 * edit the outlines of before are shown until those of now are drawn; nothing where there were none, as in a stack
 * of which other planes than the first were segmented.
 */
export function overlayUrl(image, api = API) {
  const drawn = image.outlinesRevision ?? image.revision;
  if (drawn === 0) return '';
  const version = image.revision > 0 ? `revision=${drawn}` : `v=${encodeURIComponent(image.segmentation?.jobId ?? '')}`;
  return `${api}/images/${image.id}/overlay?${version}`;
}

export function problemOf(status) {
  if (status === 401) return 'You are signed out. Sign in again to see the images.';
  if (status === 403 || status === 404) return "Couldn't find this project. It may have been deleted, or is no longer shared with you.";
  if (status === 422) return "The server didn't understand this filter. Change or clear it.";
  if (status === 429) return 'Too many requests in one minute. Wait a moment, then try again.';
  return "Couldn't load the images: the server had a problem. Try again in a moment.";
}

export async function fetchPage(projectId, query, { cursor, limit, signal }, api = API) {
  let response;
  try {
    response = await fetch(pageUrl(projectId, query, cursor, limit, api), { signal, credentials: 'same-origin', headers: { Accept: 'application/json' } });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Error("Couldn't load the images: the server did not answer. Check the connection, then try again.");
  }
  if (!response.ok) throw new Error(problemOf(response.status));
  return response.json();
}
