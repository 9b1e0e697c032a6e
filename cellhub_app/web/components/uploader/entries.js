/** Files out of a drop or an input, folders included: [{file, path}]. */
export function filesFromInput(list) {
  return [...list].map(file => ({ file, path: file.webkitRelativePath || file.name }));
}

function readFile(entry) {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** A directory reader gives at most 100 entries a call, and none when it is through. */
async function readDirectory(entry) {
  const reader = entry.createReader();
  const entries = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return entries;
    entries.push(...some);
  }
}

async function walk(entry, found) {
  const path = entry.fullPath.replace(/^\//, '');
  try {
    if (entry.isDirectory) {
      for (const inner of await readDirectory(entry)) await walk(inner, found);
    } else {
      found.push({ file: await readFile(entry), path });
    }
  } catch {
    found.push({ file: null, path });
  }
}

/** The entries must be taken before the first await: a drop's items are gone after its event. Unreadable ones have file null. */
export async function filesFromDrop(transfer) {
  const entries = [...transfer.items].map(item => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.length === 0) return filesFromInput(transfer.files);
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return found;
}

/** What may be opened again after a reload, where the browser has such things. Must be called before the first await, too. */
export function handlesFromDrop(transfer) {
  const promises = [...transfer.items].map(item => item.getAsFileSystemHandle?.()).filter(Boolean);
  return Promise.all(promises).then(handles => handles.filter(Boolean), () => []);
}

const SLICE_MS = 12;
const nextTurn = () => new Promise(resolve => setTimeout(resolve));

/** Browsers look a file up on disk when its size is first asked for, a millisecond each: we ask in slices, so that the page stays alive. */
export async function lookUp(found, { now = () => performance.now(), turn = nextTurn } = {}) {
  let sliceFrom = now();
  for (const { file } of found) {
    if (file && file.size + file.lastModified >= 0 && now() - sliceFrom > SLICE_MS) {
      await turn();
      sliceFrom = now();
    }
  }
}
