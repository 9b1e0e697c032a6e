/** The images of a project page by page, up to the one that is looked at and a few beyond. */
const PAGE = 100;
const PAGES_TO_FIND = 20;

async function fetchPage({ api, projectId, query }, cursor, signal) {
  const parameters = new URLSearchParams({ limit: String(PAGE) });
  for (const [name, value] of Object.entries(query ?? {})) if (value) parameters.set(name, String(value));
  if (cursor) parameters.set('cursor', cursor);
  const response = await fetch(`${api}/projects/${encodeURIComponent(projectId)}/images?${parameters}`, {
    signal, credentials: 'same-origin', headers: { Accept: 'application/json' },
  });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

/** {rows, cursor} of a list {api, projectId, query}: enough pages to hold the image, at least one. */
export async function readUntil(list, imageId, signal) {
  let rows = [];
  let cursor = null;
  for (let page = 0; page < PAGES_TO_FIND; page += 1) {
    const answer = await fetchPage(list, cursor, signal);
    rows = [...rows, ...answer.data];
    cursor = answer.nextCursor;
    if (!answer.hasMore || rows.slice(0, -10).some(image => image.id === imageId)) break;
  }
  return { rows, cursor };
}

export async function readMore({ rows, cursor }, list, signal) {
  const answer = await fetchPage(list, cursor, signal);
  return { rows: [...rows, ...answer.data], cursor: answer.nextCursor };
}

/** Which way a key goes: -1, 1, or 0 for a key that is meant for something else. */
export function stepOf({ key, target, ctrlKey, metaKey, altKey, defaultPrevented }) {
  if (defaultPrevented || ctrlKey || metaKey || altKey || target?.closest?.('input, textarea, select, [contenteditable]')) return 0;
  if (key === '[' || key === ']') return key === '[' ? -1 : 1;
  if (key !== 'ArrowLeft' && key !== 'ArrowRight') return 0;
  if (target?.closest?.('[role=menu], [role=dialog], [role=slider], [role=table]')) return 0;
  return key === 'ArrowLeft' ? -1 : 1;
}
