import { decodeCollection, PolygonsUnreadable } from '../codec.js';
import { boundsOf, withWinding } from '../geometry.js';
import { LoadProblem } from '../loading.js';
import { asked } from './asking.js';

const TYPE = 'application/x-cellhub-difference';
const MAGIC = 'CHD1';
const HEAD_BYTES = 12;
const PARTS = ['added', 'removed', 'before', 'after'];

/**
 * ArrayBuffer -> {start, end, added, removed, before, after}, each a list of objects as the viewer paints them: what came, what went,
 * what was changed as it was and as it became. "CHD1", uint32 start, uint32 end, then for each part uint32 n and n bytes of a
 * collection (codec.js). Throws PolygonsUnreadable.
 */
export function decodeDifference(buffer) {
  const view = new DataView(buffer);
  if (buffer.byteLength < HEAD_BYTES || String.fromCharCode(...new Uint8Array(buffer, 0, 4)) !== MAGIC) {
    throw new PolygonsUnreadable('This is not a difference of revisions.');
  }
  const found = { start: view.getUint32(4, true), end: view.getUint32(8, true) };
  let at = HEAD_BYTES;
  for (const part of PARTS) {
    if (at + 4 > buffer.byteLength) throw new PolygonsUnreadable('The difference ends early.');
    const end = at + 4 + view.getUint32(at, true);
    if (end > buffer.byteLength) throw new PolygonsUnreadable('The difference ends early.');
    found[part] = decodeCollection(buffer.slice(at + 4, end)).objects.map(painted);
    at = end;
  }
  return found;
}

function painted(object) {
  return { ...object, bounds: boundsOf(object.rings[0]), rings: withWinding(object.rings) };
}

export async function fetchDifference({ api, imageId, start, end, frame = 0 }, signal) {
  const url = `${api}/images/${imageId}/revisions/diff?from=${start}&to=${end}&frame=${frame}`;
  const response = await asked(url, 'comparison', { signal, accept: TYPE });
  try {
    return decodeDifference(await response.arrayBuffer());
  } catch (error) {
    if (error instanceof PolygonsUnreadable) throw new LoadProblem("Couldn't read the comparison that the server sent. Try again.");
    throw error;
  }
}

/** {added, removed, changed}: how many objects; a changed one that became two counts once for each. */
export function tallyOf({ added, removed, after }) {
  return { added: added.length, removed: removed.length, changed: after.length };
}
