const DATABASE = 'cellhub-edits';
const STORE = 'edits';
const PLACE = 'place';

/**
 * Unsent edits of one person in one frame of an image, in the browser's database, so that they outlive the page.
 * Another account never reads them: its place has another name.
 */
export class KeptEdits {
  #database;

  #place;

  #next = Date.now() * 1000;

  constructor(database, userId, imageId, frame) {
    this.#database = database;
    this.#place = `${userId} ${imageId} ${frame}`;
  }

  /** null where the browser keeps nothing, as in some private windows. */
  static async open(userId, imageId, frame = 0, factory = globalThis.indexedDB) {
    try {
      return new KeptEdits(await opened(factory), userId, imageId, frame);
    } catch {
      return null;
    }
  }

  /** In the order of their making. */
  async load() {
    const rows = await finished(this.#store('readonly').index(PLACE).getAll(this.#place));
    return rows.sort((one, other) => one.order - other.order).map(({ edit }) => edit);
  }

  /** Keeps an edit, or its newer form. */
  async put(edit) {
    const store = this.#store('readwrite');
    const before = await finished(store.get(edit.editId));
    const order = before?.order ?? this.#next++;
    await finished(store.put({ editId: edit.editId, place: this.#place, order, edit: { ...edit } }));
  }

  async remove(editId) {
    await finished(this.#store('readwrite').delete(editId));
  }

  #store(mode) {
    return this.#database.transaction(STORE, mode).objectStore(STORE);
  }
}

function opened(factory) {
  const request = factory.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'editId' }).createIndex(PLACE, PLACE);
  return finished(request);
}

function finished(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
