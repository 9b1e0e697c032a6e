import { problemOf } from '../shapes/validity.js';
import { fits, idsOf, inverse, isSame, madeObject, perform } from './changes.js';
import { newId } from './ids.js';

const MOST_STEPS = 500;

/** An edit that can't be made, with the sentence for the user. */
export class EditRefused extends Error {}

/**
 * The objects of one frame while somebody edits them: every change is made at once here, and saved by itself.
 * A step of undo is an edit and its number; to take a step back is another edit, which `undoes` it, and redo takes that one back.
 */
export class EditSession {
  #listeners = new Set();

  #undo = [];

  #redo = [];

  constructor({ imageId, frame = 0, revision = 0, objects = [] }) {
    this.imageId = imageId;
    this.frame = frame;
    this.revision = revision;
    this.objects = new Map(objects.map(object => [object.id, object]));
    this.state = { name: 'saved', pending: 0, conflicts: [], sentence: '' };
  }

  get canUndo() {
    return this.#undo.length > 0;
  }

  get canRedo() {
    return this.#redo.length > 0;
  }

  /** `removed` are ids, `added` {id, parents, rings, classId}. Throws EditRefused, and then nothing has changed. */
  apply({ removed = [], added = [], note = '' }) {
    const change = this.#changeOf(removed, added);
    const editId = newId();
    this.#perform(change);
    this.#undo.push({ editId, note, change });
    if (this.#undo.length > MOST_STEPS) this.#undo.shift();
    this.#redo = [];
    return editId;
  }

  #changeOf(removed, added) {
    const gone = [...new Set(removed)].map(id => this.objects.get(id));
    if (gone.includes(undefined)) throw new EditRefused('An object of this edit is not there any more. Select it anew and try again.');
    const made = added.map(madeObject);
    const problem = made.map(({ rings }) => problemOf(rings)).find(Boolean);
    if (problem) throw new EditRefused(problem);
    const change = { removed: gone, added: made };
    if (!fits(this.objects, change)) throw new EditRefused('An object of this edit is there already. Select it anew and try again.');
    return change;
  }

  #perform(change) {
    perform(this.objects, change);
    this.#tell(change);
  }

  /** Takes the last step back. Throws EditRefused where somebody else has changed its objects since. */
  undo() {
    this.#toggle(this.#undo, this.#redo);
  }

  redo() {
    this.#toggle(this.#redo, this.#undo);
  }

  #toggle(from, to) {
    const step = from.at(-1);
    if (!step) return;
    const change = inverse(step.change);
    from.pop();
    if (!fits(this.objects, change)) throw new EditRefused('Somebody else has changed this since, so that step stays as it is.');
    this.#perform(change);
    to.push({ editId: newId(), note: step.note, change });
  }

  /** Somebody else's edit, or a restore: `removed` are ids, `added` objects. */
  take({ revision, removed = [], added = [] }) {
    this.revision = Math.max(this.revision, revision);
    const news = added.filter(object => !isSame(object, this.objects.get(object.id)));
    const gone = removed.map(id => this.objects.get(id)).filter(Boolean);
    this.#perform({ removed: gone, added: news });
  }

  /** Conflicts are settled per object: {id: 'mine' or 'theirs'}. */
  resolve() {}

  /** The listener gets {removed: [id], added: [object], state}; answers what ends the listening. */
  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell({ removed, added }) {
    for (const listener of [...this.#listeners]) listener({ removed: idsOf(removed), added, state: this.state });
  }
}
