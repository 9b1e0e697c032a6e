import { SaveProblem } from './api.js';
import { isSame } from './changes.js';

/** The log of one frame as the server keeps it, in memory: revisions, edits answered twice with one number, conflicts, several people. */
export class Log {
  constructor(objects) {
    this.objects = new Map(objects.map(object => [object.id, { object, added: 0 }]));
    this.entries = [];
    this.saves = [];
  }

  get head() {
    return this.entries.length;
  }

  /** The log as one person reaches it; set `isReachable` or `refusal` to break it, `loseAnswer` to store without an answer. */
  asSeenBy(userId) {
    return new Reach(this, userId);
  }

  store({ editId, change, note, undoes }, userId) {
    for (const { id } of change.removed) this.objects.delete(id);
    const entry = { revision: this.head + 1, editId, note, undoes, userId, change };
    this.entries.push(entry);
    for (const object of change.added) this.objects.set(object.id, { object, added: entry.revision });
    return entry.revision;
  }

  get all() {
    return [...this.objects.values()].map(({ object }) => object);
  }
}

class Reach {
  isReachable = true;

  refusal = null;

  loseAnswer = false;

  constructor(log, userId) {
    Object.assign(this, { log, userId });
  }

  #knock() {
    if (!this.isReachable) throw new SaveProblem('offline', 'The server does not answer.');
  }

  async save(edits, base, authorId) {
    this.#knock();
    const { log } = this;
    log.saves.push({ edits, base, authorId });
    const refused = this.refusal && edits.find(this.refusal);
    if (refused) throw new SaveProblem('refused', 'A polygon leaves the image.');
    const own = [];
    const before = [new Map(log.objects), log.entries.length];
    for (const edit of edits) {
      const earlier = log.entries.find(({ editId }) => editId === edit.editId);
      const isStale = ({ id }) => !log.objects.has(id) || (log.objects.get(id).added > base && !own.includes(log.objects.get(id).added));
      if (!earlier && edit.change.removed.some(isStale)) {
        [log.objects, log.entries.length] = before;
        throw new SaveProblem('conflict', 'Somebody changed these objects first.', log.head);
      }
      own.push(earlier?.revision ?? log.store(structuredClone(edit), this.userId));
    }
    if (this.loseAnswer) {
      this.isReachable = this.loseAnswer = false;
      this.#knock();
    }
    return { revisions: own, revision: own.at(-1) };
  }

  async changes(revision) {
    this.#knock();
    const { editId, userId, change } = this.log.entries[revision - 1];
    return { revision, editId, authorId: userId, change };
  }

  async steps() {
    this.#knock();
    const [undo, redo] = [[], []];
    for (const entry of this.log.entries.filter(({ userId }) => userId === this.userId)) {
      if (!entry.undoes) { undo.push(entry); redo.length = 0; }
      else if (undo.at(-1)?.editId === entry.undoes) { undo.pop(); redo.push(entry); }
      else if (redo.at(-1)?.editId === entry.undoes) { redo.pop(); undo.push(entry); }
    }
    return { revision: this.log.head, undo, redo };
  }
}

/** Time that passes when a test says so; `now` is in ms. */
export class Clock {
  time = 0;

  #timers = new Set();

  now = () => this.time;

  after = (ms, work) => {
    const timer = { at: this.time + ms, work };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Runs what is due, and lets what it began go as far as it can. */
  async pass(ms) {
    const end = this.time + ms;
    for (;;) {
      await new Promise(setImmediate);
      const [next] = [...this.#timers].filter(({ at }) => at <= end).sort((one, other) => one.at - other.at);
      if (!next) break;
      this.#timers.delete(next);
      this.time = next.at;
      next.work();
    }
    this.time = end;
  }
}

export function sameObjects(session, log) {
  const mine = [...session.objects.values()];
  return mine.length === log.objects.size && mine.every(object => isSame(object, log.objects.get(object.id)?.object));
}

