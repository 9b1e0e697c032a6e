/** Which objects of an image match what was selected in the results. */

const PAGE = 200;
const MOST = 5000;

/** The address of a page of them; `where` are ranges with commas between them, in the unit that their names say. */
export function pageUrl(api, projectId, imageId, where, cursor = '') {
  const query = new URLSearchParams([['imageId', imageId], ...where.split(',').map(range => ['where', range]), ['limit', String(PAGE)]]);
  if (/_px2?:/.test(where)) query.set('unit', 'px');
  if (cursor) query.set('cursor', cursor);
  return `${api}/projects/${encodeURIComponent(projectId)}/results/objects?${query}`;
}

/** {ids, total}: the ids of all that match, or of the first few thousand. Raises an Error with a sentence. */
export async function fetchMarks({ api, projectId, imageId, where }, signal) {
  const ids = [];
  let answer;
  do {
    const response = await fetch(pageUrl(api, projectId, imageId, where, answer?.nextCursor), { signal, credentials: 'same-origin', headers: { Accept: 'application/json' } });
    if (!response.ok) throw new Error("Couldn't tell which objects were selected: their range does not fit this image any more.");
    answer = await response.json();
    ids.push(...answer.data.map(({ id }) => id));
  } while (answer.hasMore && ids.length < MOST);
  return { ids, total: answer.total };
}
