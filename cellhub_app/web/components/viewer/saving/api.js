import { addedOf, objectsOf } from './features.js';
import { idsOf } from './changes.js';

const UNREACHABLE = 'The server does not answer. Your edits are kept in this browser and go out as soon as it does.';
const SIGNED_OUT = 'You are signed out. Your edits are kept in this browser: sign in again, and they are saved.';
const TROUBLED = 'The server can’t save just now. Your edits are kept in this browser and are sent again in a moment.';
const REFUSED = 'The server did not take this edit.';

/** Why something could not be saved: `kind` is offline (it will be tried again), conflict (with the newest `revision`) or refused. */
export class SaveProblem extends Error {
  constructor(kind, sentence, revision = 0) {
    super(sentence);
    this.kind = kind;
    this.revision = revision;
  }
}

/** What an EditSession asks of the server about one frame of an image. */
export class ImageApi {
  #image;

  #frame;

  #send;

  constructor(imageId, frame = 0, { base = '/api/v1', send = (...call) => fetch(...call) } = {}) {
    this.#image = `${base}/images/${imageId}`;
    this.#frame = frame;
    this.#send = send;
  }

  /** Saves edits in their order, all or none; answers {revisions, revision}. Throws SaveProblem. */
  save(edits, baseRevision, authorId) {
    const [first, ...then] = edits.map(bodyOf);
    const body = JSON.stringify({ ...first, then, baseRevision, authorId });
    return this.#ask('polygons', { method: 'PATCH', headers: { 'Content-Type': 'application/json' }, body, keepalive: body.length < 60_000 });
  }

  /** What a revision changed: {revision, editId, authorId, change}. Throws SaveProblem. */
  async changes(revision) {
    const { removed, added, ...rest } = await this.#ask(`revisions/${revision}/changes`);
    return { ...rest, change: { removed: objectsOf(removed), added: objectsOf(added) } };
  }

  /** {revision, undo, redo}: the newest revision, and the caller's steps {revision, editId, note}, the next one last. Throws SaveProblem. */
  steps() {
    return this.#ask('edits');
  }

  /** The measures of some objects, as the server has them now. Throws SaveProblem. */
  measurements(ids) {
    return this.#ask('measurements', {}, ids.map(id => ['ids', id]));
  }

  async #ask(path, options = {}, query = []) {
    const address = `${this.#image}/${path}?${new URLSearchParams([['frame', this.#frame], ...query])}`;
    let response;
    try {
      response = await this.#send(address, { credentials: 'same-origin', cache: 'no-store', ...options });
    } catch {
      throw new SaveProblem('offline', UNREACHABLE);
    }
    if (response.ok) return response.json();
    throw problemFrom(response.status, await bodyOrNothing(response));
  }
}

function bodyOf({ editId, change, note, undoes }) {
  return { editId, note, undoes, removed: idsOf(change.removed), added: change.added.map(addedOf) };
}

async function bodyOrNothing(response) {
  try {
    return await response.json();
  } catch {
    return {};
  }
}

function problemFrom(status, { code, detail, revision }) {
  if (status === 409 && code === 'polygonsConflict') return new SaveProblem('conflict', detail, revision);
  if (status === 401) return new SaveProblem('offline', SIGNED_OUT);
  if (status === 408 || status === 429 || status >= 500) return new SaveProblem('offline', TROUBLED);
  return new SaveProblem('refused', detail || REFUSED);
}
