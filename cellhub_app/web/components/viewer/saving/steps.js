const MOST_STEPS = 500;

/**
 * What one can undo and redo: steps {editId, note, change}, the next one last. `change` is null for steps from before the page was
 * loaded, which have a `revision` instead.
 * An edit that undoes the next step of one list is the next of the other one; any other edit leaves nothing to redo.
 */
export class Steps {
  undo = [];

  redo = [];

  /** A new edit. */
  push(step) {
    this.undo.push(step);
    if (this.undo.length > MOST_STEPS) this.undo.shift();
    this.redo = [];
  }

  /** The next step of a list has been taken back by another one. */
  turn(from, step) {
    this[from].pop();
    this[from === 'undo' ? 'redo' : 'undo'].push(step);
  }

  /** What the server knows, {undo, redo}, and edits of this browser that it may not know yet. */
  load({ undo, redo }, edits) {
    const known = new Set([...undo, ...redo].map(({ editId }) => editId));
    const from = ({ revision, editId, note }) => ({ revision, editId, note: withoutWord(note), change: null });
    this.undo = undo.map(from);
    this.redo = redo.map(from);
    for (const edit of edits) if (!known.has(edit.editId)) this.replay(edit);
  }

  replay({ editId, note, change, undoes }) {
    const step = { editId, note: withoutWord(note), change };
    const from = ['undo', 'redo'].find(name => undoes && this[name].at(-1)?.editId === undoes);
    if (from) this.turn(from, step);
    else if (!undoes) this.push(step);
  }

  /** Forgets edits that will never be. */
  drop(edits) {
    const gone = new Set(edits.map(({ editId }) => editId));
    this.undo = this.undo.filter(({ editId }) => !gone.has(editId));
    this.redo = this.redo.filter(({ editId }) => !gone.has(editId));
  }
}

export const wordOf = name => (name === 'undo' ? 'Undo' : 'Redo');

function withoutWord(note) {
  return note.replace(/^(Undo|Redo): /, '');
}
