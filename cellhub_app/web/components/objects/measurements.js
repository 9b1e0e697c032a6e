/** What changed in so many revisions is asked for one by one; beyond, or with more objects than this, everything is. */
const MOST_REVISIONS = 6;
const MOST_OBJECTS = 100;

/**
 * The measurements of one image's objects, or a sentence on why they cannot be had. Where `known` are those of the same address a few
 * revisions before `revision`, only what changed since is asked for.
 */
export async function fetchMeasurements(url, signal, { known = null, revision = 0 } = {}) {
  const steps = known ? revision - known.revision : 0;
  if (steps > 0 && steps <= MOST_REVISIONS) {
    const ids = await changedIds(url, known.revision, revision, signal);
    if (ids.size === 0) return { ...known, revision };
    if (ids.size <= MOST_OBJECTS) {
      const query = [...ids].map(id => `ids=${id}`).join('&');
      return withChanged(known, ids, await read(`${url}&${query}`, signal));
    }
  }
  return read(url, signal);
}

/** The ids of all objects that came or went after one revision, up to another. */
async function changedIds(url, from, to, signal) {
  const [image, query] = url.split('/measurements');
  const numbers = Array.from({ length: to - from }, (_, i) => from + 1 + i);
  const changes = await Promise.all(numbers.map(number => read(`${image}/revisions/${number}/changes${query}`, signal)));
  return new Set(changes.flatMap(({ removed, added }) => [...removed, ...added].map(({ id }) => id)));
}

/** Measurements with those of some objects replaced by newer ones, or gone, in the order of the ids. */
export function withChanged(known, ids, newer) {
  const data = [...known.data.filter(({ id }) => !ids.has(id)), ...newer.data];
  return { ...newer, data: data.sort((one, other) => (one.id < other.id ? -1 : 1)) };
}

async function read(url, signal) {
  let response;
  try {
    response = await fetch(url, { signal, credentials: 'same-origin', headers: { Accept: 'application/json' } });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Error("Couldn't load the objects: the server did not answer.");
  }
  if (response.status === 401) throw new Error('You are signed out. Sign in again to see the objects.');
  if (!response.ok) throw new Error("Couldn't load the objects. Try again in a moment.");
  return response.json();
}
