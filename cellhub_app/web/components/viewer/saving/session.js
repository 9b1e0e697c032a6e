import { problemOf } from '../shapes/validity.js';
import { ImageApi } from './api.js';
import { fits, idsOf, inverse, isSame, madeObject, perform, touchedBy } from './changes.js';
import { conflictsOf, settle } from './conflicts.js';
import { newId } from './ids.js';
import { guardLeaving } from './leaving.js';
import { followNews } from './news.js';
import { Saver } from './saver.js';
import { Steps, wordOf } from './steps.js';

const GONE = 'An object of this edit is not there any more. Select it anew and try again.';
const THERE = 'An object of this edit is there already. Select it anew and try again.';
const CHANGED = 'Somebody else has changed this since, so that step stays as it is.';
const CONFLICT = 'Somebody changed the same objects. Choose for each which version stays.';

/** An edit that can't be made, with the sentence for the user. */
export class EditRefused extends Error {}

/**
 * The objects of one frame while somebody edits them: every change is made at once here, and saved by itself.
 * A step of undo is an edit on the server as well; to take it back is another edit that `undoes` it, and redo takes that one back.
 * `kept` is a KeptEdits or null, `clock` {now, after} for tests. After the constructor: `begin()`, and `end()` when the image is left.
 */
export class EditSession {
  #listeners = new Set();

  #steps = new Steps();

  /** The objects as the server has them at `revision`: what `objects` would be without the unsent edits. */
  #server;

  #conflicts = [];

  #heard;

  #own = new Set();

  /** The revision at which edits of an earlier page were made, until the server has said whether it has them. */
  #unproven = null;

  #saver;

  #stopGuard = null;

  #stopNews = null;

  constructor({ imageId, frame = 0, api = new ImageApi(imageId, frame), revision = 0, objects = [], kept = null, userId = null, clock }) {
    this.imageId = imageId;
    this.frame = frame;
    this.api = api;
    this.revision = revision;
    this.#heard = revision;
    this.objects = new Map(objects.map(object => [object.id, object]));
    this.#server = new Map(this.objects);
    const log = {
      catchUp: () => this.#catchUp(),
      base: () => this.#unproven ?? this.revision,
      hear: number => {
        this.#heard = Math.max(this.#heard, number);
        this.#unproven = null;
      },
      stored: (edits, revisions) => this.#stored(edits, revisions),
      hasConflicts: () => this.#conflicts.length > 0,
    };
    this.#saver = new Saver({ api, kept, userId, log, clock, changed: () => this.#tell() });
  }

  /** Takes up the edits that an earlier page could not send, and the steps to undo; warns before the page is left with unsaved edits. */
  async begin(page = globalThis.window) {
    if (page) this.#stopGuard = guardLeaving(page, { isUnsaved: () => !this.#saver.isIdle, send: () => this.#saver.now() });
    const edits = await this.#keptEdits();
    if (edits.length > 0) this.#unproven = Math.min(this.revision, ...edits.map(({ base }) => base));
    for (const edit of edits) {
      this.#perform(edit.change);
      this.#saver.queue.push(edit);
    }
    const known = await this.api.steps().catch(() => ({ revision: 0, undo: [], redo: [] }));
    this.#steps.load(known, this.#saver.queue);
    this.#heard = Math.max(this.#heard, known.revision);
    this.#tell();
    if (edits.length > 0 || this.#heard > this.revision) await this.#saver.now();
  }

  /** Sends what is left, and lets go of the page. */
  end() {
    this.#stopGuard?.();
    this.#stopNews?.();
    this.#saver.end();
    return this.#saver.now();
  }

  /** What the server has, as far as it is known here: {revision, objects in the order of their ids, found}. */
  get stored() {
    const objects = [...this.#server.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
    return { revision: this.revision, objects, found: this.revision > 0 || objects.length > 0 };
  }

  async #keptEdits() {
    try {
      return await this.#saver.kept?.load() ?? [];
    } catch {
      return [];
    }
  }

  /** {name: saved | saving | offline | conflict | refused, pending, conflicts: [{id, mine, theirs}], sentence}. */
  get state() {
    const { queue, problem } = this.#saver;
    const shared = { pending: queue.length, conflicts: this.#conflicts };
    if (this.#conflicts.length > 0) return { name: 'conflict', ...shared, sentence: CONFLICT };
    if (problem) return { name: problem.kind, ...shared, sentence: problem.message };
    return { name: queue.length > 0 ? 'saving' : 'saved', ...shared, sentence: '' };
  }

  get canUndo() {
    return this.#steps.undo.length > 0;
  }

  get canRedo() {
    return this.#steps.redo.length > 0;
  }

  /** `removed` are ids, `added` {id, parents, rings, classId}. Answers the edit's id. Throws EditRefused, and then nothing has changed. */
  apply({ removed = [], added = [], note = '' }) {
    const change = this.#changeOf(removed, added);
    const edit = { editId: newId(), change, note, undoes: null, base: this.revision };
    this.#steps.push(edit);
    this.#saver.push(edit);
    this.#perform(change);
    return edit.editId;
  }

  #changeOf(removed, added) {
    const gone = [...new Set(removed)].map(id => this.objects.get(id));
    if (gone.includes(undefined)) throw new EditRefused(GONE);
    const change = { removed: gone, added: added.map(madeObject) };
    const problem = change.added.map(({ rings }) => problemOf(rings)).find(Boolean);
    if (problem) throw new EditRefused(problem);
    if (!fits(this.objects, change)) throw new EditRefused(THERE);
    return change;
  }

  /** Takes the last step back; at once, but for steps from before the page was loaded. Rejects with EditRefused. */
  undo() {
    return this.#turn('undo');
  }

  redo() {
    return this.#turn('redo');
  }

  async #turn(from) {
    const step = this.#steps[from].at(-1);
    if (!step) return;
    if (!step.change) {
      await this.#load(step);
      if (this.#steps[from].at(-1) !== step) return;
    }
    const change = inverse(step.change);
    if (!fits(this.objects, change)) {
      this.#steps[from].pop();
      throw new EditRefused(CHANGED);
    }
    this.#steps.turn(from, this.#turned(step, change, `${wordOf(from)}: ${step.note}`));
    this.#perform(change);
    this.#loadNext();
  }

  /** A step that the server does not know yet is called off; one that it knows is undone by another edit. */
  #turned(step, change, note) {
    const called = this.#saver.cancel(step.editId);
    if (called) return { editId: called.undoes, note: step.note, change };
    const edit = { editId: newId(), change, note, undoes: step.editId, base: this.revision };
    this.#saver.push(edit);
    return { editId: edit.editId, note: step.note, change };
  }

  async #load(step) {
    step.loading ??= this.api.changes(step.revision).then(({ change }) => { step.change = change; }).finally(() => { step.loading = null; });
    try {
      await step.loading;
    } catch ({ message }) {
      throw new EditRefused(message);
    }
  }

  /** So that the next step goes back at once, too. */
  #loadNext() {
    for (const step of [this.#steps.undo.at(-1), this.#steps.redo.at(-1)]) if (step && !step.change) this.#load(step).catch(() => {});
  }

  /** Somebody else's edit, or a restore: `removed` are ids, `added` objects. Objects with unsent edits stay; they are in conflict. */
  take({ revision, removed = [], added = [] }) {
    const change = { removed: removed.map(id => this.#server.get(id)).filter(Boolean), added };
    this.#heard = Math.max(this.#heard, revision);
    if (revision === this.revision + 1) this.revision = revision;
    this.#merge(change);
  }

  /** There is a newer revision: what it changed is asked for. */
  hear(revision) {
    this.#heard = Math.max(this.#heard, revision ?? 0); // a run over other planes than the first tells no revision
    return this.#heard > this.revision ? this.#saver.now() : Promise.resolve();
  }

  /** Follows what others do, by an EventSource of the server's events. */
  follow(events) {
    const ask = () => this.api.steps().then(({ revision }) => this.hear(revision)).catch(() => {}); // the next event, or edit, tells
    this.#stopNews = followNews(events, this, { hear: revision => this.hear(revision), ask });
  }

  async #catchUp() {
    while (this.revision < this.#heard) {
      const next = this.revision + 1;
      if (!this.#own.delete(next)) {
        const { change, editId } = await this.api.changes(next);
        const mine = this.#saver.acknowledge(editId);
        if (mine) perform(this.#server, mine.change);
        else this.#merge(change);
      }
      this.revision = next;
    }
    this.#review();
  }

  /** What the server had already when this page was loaded may have been changed by others since: then theirs is shown. */
  #stored(edits, revisions) {
    this.#unproven = null;
    for (const { change } of edits.filter((_, i) => revisions[i] > this.revision)) perform(this.#server, change);
    for (const number of revisions) if (number > this.revision) this.#own.add(number);
    this.#heard = Math.max(this.#heard, ...revisions);
    this.#rebuild(edits.filter((_, i) => revisions[i] <= this.revision).flatMap(({ change }) => [...touchedBy(change)]));
    this.#review();
  }

  #review() {
    if (this.#unproven === null) this.#conflicts = conflictsOf(this.#saver.queue, this.#server, this.objects);
  }

  /** Shows these objects as the server has them, with what of the unsent edits comes on top. */
  #rebuild(ids) {
    if (ids.length === 0) return;
    const touched = new Set(ids);
    const view = new Map([...touched].filter(id => this.#server.has(id)).map(id => [id, this.#server.get(id)]));
    for (const { change } of this.#saver.queue) {
      if ([...touchedBy(change)].some(id => touched.has(id))) perform(view, change);
    }
    this.#perform({ removed: [...touched].map(id => this.objects.get(id)).filter(Boolean), added: [...view.values()] });
  }

  #merge(change) {
    perform(this.#server, change);
    const unsent = this.#unsentIds();
    const news = {
      removed: change.removed.filter(({ id }) => !unsent.has(id)),
      added: change.added.filter(object => !unsent.has(object.id) && !isSame(object, this.objects.get(object.id))),
    };
    this.#review();
    this.#perform(news);
  }

  #unsentIds() {
    return new Set(this.#saver.queue.flatMap(({ change }) => [...touchedBy(change)]));
  }

  /** Settles conflicts, {id: 'mine' or 'theirs'}, and saves what is left of the edits. Ids without a choice stay in conflict. */
  resolve(choices) {
    this.#replaceQueue(settle(this.#saver.queue, this.#conflicts, choices));
  }

  /** Gives up the edits that were refused, with those that build on them. */
  discard() {
    const [refused, ...rest] = this.#saver.queue;
    if (!refused) return;
    const lost = touchedBy(refused.change);
    const dropped = [refused];
    const kept = rest.filter(edit => {
      const builds = [...touchedBy(edit.change)].some(id => lost.has(id));
      if (builds) dropped.push(edit);
      if (builds) touchedBy(edit.change).forEach(id => lost.add(id));
      return !builds;
    });
    this.#replaceQueue({ kept, dropped });
  }

  /** Tries again to save what was refused, or could not be sent. */
  retry() {
    this.#saver.problem = null;
    return this.#saver.now();
  }

  #replaceQueue({ kept, dropped }) {
    const touched = [...dropped, ...kept].flatMap(({ change }) => [...touchedBy(change)]);
    touched.push(...this.#conflicts.flatMap(({ id, theirs }) => [id, ...idsOf(theirs)]));
    this.#steps.drop(dropped);
    this.#saver.replace(kept);
    this.#rebuild(touched);
    this.#review();
    this.#tell();
  }

  #perform(change) {
    perform(this.objects, change);
    this.#tell(change);
  }

  /** The listener gets {removed: [id], added: [object], state}; answers what ends the listening. */
  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell({ removed, added } = { removed: [], added: [] }) {
    const change = { removed: idsOf(removed), added, state: this.state };
    for (const listener of [...this.#listeners]) listener(change);
  }
}
