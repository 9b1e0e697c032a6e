/**
 * Where the files of a session came from, for browsers that may open them again after a reload: directory and file handles in
 * IndexedDB, by the id of the session. Everything here is a convenience: whatever fails, the person chooses the files again.
 */
const STORE = 'handles';
const FEWEST_FILES_TO_ASK = 20;

const ended = request => new Promise((resolve, reject) => {
  request.addEventListener('success', () => resolve(request.result));
  request.addEventListener('error', () => reject(request.error));
});

async function store(mode) {
  const opening = indexedDB.open('cellhub-uploads', 1);
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(STORE));
  return (await ended(opening)).transaction(STORE, mode).objectStore(STORE);
}

/** Browsers ask for each file anew, so only folders and a few files are worth keeping. */
export async function keepHandles(session, handles) {
  const files = handles.filter(({ kind }) => kind === 'file').length;
  if (handles.length === 0 || files > FEWEST_FILES_TO_ASK) return;
  await ended((await store('readwrite')).put(handles, session)).catch(() => {});
}

export async function keptHandles(session) {
  try {
    return (await ended((await store('readonly')).get(session))) ?? [];
  } catch {
    return [];
  }
}

export async function forgetHandles(session) {
  await ended((await store('readwrite')).delete(session)).catch(() => {});
}

/** Must be called from a click: the browser may ask whether we may read. The files, or null when we may not. */
export async function filesFromHandles(handles) {
  const found = [];
  for (const handle of handles) {
    if ((await handle.requestPermission?.({ mode: 'read' })) === 'denied') return null;
    await walkHandle(handle, handle.name, found);
  }
  return found;
}

export async function walkHandle(handle, path, found) {
  try {
    if (handle.kind === 'file') {
      found.push({ file: await handle.getFile(), path });
    } else {
      for await (const inner of handle.values()) await walkHandle(inner, `${path}/${inner.name}`, found);
    }
  } catch {
    found.push({ file: null, path });
  }
}
