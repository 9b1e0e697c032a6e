import { decodeCollection, PolygonsUnreadable } from './codec.js';
import { objectsFromGeoJson } from './geojson.js';
import { headstart } from './headstart.js';

export const POLYGONS_TYPE = 'application/x-cellhub-polygons';

/** Something to tell the user, in one plain sentence or two. */
export class LoadProblem extends Error {}

/** The sentence for an HTTP status; `what` is "image" or "outlines". */
export function problemOf(status, what) {
  if (status === 401) return `You are signed out. Sign in again to see the ${what}.`;
  if (status === 403 || status === 404) return `Couldn't find the ${what}. It may have been deleted, or is no longer shared with you.`;
  if (status === 429) return `Couldn't load the ${what}: too many requests in one minute. Wait a moment, then try again.`;
  return `Couldn't load the ${what}: the server had a problem. Try again in a moment.`;
}

const TOLD = new Set([409, 422, 503]);

/** What the server says of it, where that is for people; else the sentence for the status. */
async function told(response, what) {
  if (TOLD.has(response.status) && (response.headers.get('content-type') ?? '').includes('problem+json')) {
    const { detail } = await response.json();
    if (detail) return detail;
  }
  return problemOf(response.status, what);
}

async function get(url, what, options) {
  try {
    return await fetch(url, { credentials: 'same-origin', ...options });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new LoadProblem(`Couldn't load the ${what}: the server did not answer. Check the connection, then try again.`);
  }
}

/** The picture as an ImageBitmap. */
export async function loadPicture(url, signal) {
  const begun = await headstart(url);
  if (begun) return begun;
  const response = await get(url, 'image', { signal });
  if (!response.ok) throw new LoadProblem(problemOf(response.status, 'image'));
  const blob = await response.blob();
  try {
    return await createImageBitmap(blob);
  } catch {
    throw new LoadProblem("Couldn't show the image: this browser could not read the picture that the server sent.");
  }
}

/**
 * {revision, objects, found}; found is false where the image has no segmentation (revision 0). Asks for the newest each time, but what the
 * page asked for as it began to load is new enough if it has the revision `atLeast`.
 */
export async function loadPolygons(url, signal, atLeast = 0) {
  const begun = await headstart(url);
  const early = begun && readable(decodeCollection, begun);
  if (early && early.revision >= atLeast) return early;
  const headers = { Accept: `${POLYGONS_TYPE}, application/geo+json;q=0.5` };
  const response = await get(url, 'outlines', { signal, headers, cache: 'no-cache' });
  if (response.status === 404 || response.status === 204) return { revision: 0, objects: [], found: false };
  if (!response.ok) throw new LoadProblem(await told(response, 'outlines'));
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  return isJson ? readable(text => objectsFromGeoJson(JSON.parse(text)), await response.text()) : readable(decodeCollection, await response.arrayBuffer());
}

function readable(read, body) {
  try {
    const decoded = read(body);
    return { ...decoded, found: decoded.revision > 0 || decoded.objects.length > 0 };
  } catch (error) {
    if (error instanceof PolygonsUnreadable || error instanceof SyntaxError) {
      throw new LoadProblem("Couldn't read the outlines that the server sent. Try again.");
    }
    throw error;
  }
}
