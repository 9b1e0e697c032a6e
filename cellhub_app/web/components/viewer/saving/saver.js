import { SaveProblem } from './api.js';

const QUIET_MS = 300;
const LONGEST_WAIT_MS = 900;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;
const MOST_AT_ONCE = 50;
const MOST_REBASES = 3;
const UNSTEADY = 'Others change these objects faster than your edit can be saved. Try again in a moment.';

const REAL_CLOCK = { now: () => performance.now(), after: (ms, work) => { const timer = setTimeout(work, ms); return () => clearTimeout(timer); } };

/**
 * The way of edits to the server: one request at a time, all that has gathered meanwhile in the next one, within a second.
 * `log` is what the session knows of the server: hear(revision) and catchUp() read what others did, base() is how far that goes,
 * stored(edits, revisions) takes what was saved, hasConflicts() stops the queue until they are settled.
 */
export class Saver {
  /** Edits that are not known to be saved, oldest first. */
  queue = [];

  problem = null;

  #inFlight = 0;

  #work = null;

  #stopTimer = null;

  #firstWaitsSince = null;

  #failures = 0;

  #hasEnded = false;

  #rebases = 0;

  #atOnce = MOST_AT_ONCE;

  constructor({ api, kept, userId, log, changed, clock = REAL_CLOCK }) {
    Object.assign(this, { api, kept, userId, log, changed, clock });
  }

  get isIdle() {
    return this.queue.length === 0;
  }

  push(edit) {
    this.queue.push(edit);
    this.#keep(kept => kept.put(edit));
    this.#firstWaitsSince ??= this.clock.now();
    if (!this.problem) this.#wake(Math.min(QUIET_MS, Math.max(0, this.#firstWaitsSince + LONGEST_WAIT_MS - this.clock.now())));
  }

  /** Takes the newest edit back before it is sent; null where it is on its way already, or another one came after it. */
  cancel(editId) {
    const last = this.queue.at(-1);
    if (!last || last.editId !== editId || this.queue.length <= this.#inFlight) return null;
    this.queue.pop();
    this.#keep(kept => kept.remove(editId));
    return last;
  }

  /** Takes an edit out that the server turns out to have; null where it is none of these. */
  acknowledge(editId) {
    const place = this.queue.findIndex(edit => edit.editId === editId);
    if (place < 0) return null;
    this.#keep(kept => kept.remove(editId));
    return this.queue.splice(place, 1)[0];
  }

  /** Puts other edits in the place of the queue: after a conflict, or when refused ones are dropped. */
  replace(edits) {
    const stays = new Set(edits.map(({ editId }) => editId));
    for (const { editId } of this.queue) if (!stays.has(editId)) this.#keep(kept => kept.remove(editId));
    for (const edit of edits) this.#keep(kept => kept.put(edit));
    this.queue = edits;
    this.problem = null;
    this.now();
  }

  /** Asks the server at once: there is news, the network is back, or somebody wants to leave. */
  now() {
    this.#stopTimer?.();
    this.#stopTimer = null;
    this.#work ??= this.#run().finally(() => { this.#work = null; });
    return this.#work;
  }

  end() {
    this.#hasEnded = true;
    this.#stopTimer?.();
    this.#stopTimer = null;
  }

  #wake(ms) {
    if (this.#hasEnded) return;
    this.#stopTimer?.();
    this.#stopTimer = this.clock.after(ms, () => this.now());
  }

  async #run() {
    try {
      for (;;) {
        await this.log.catchUp();
        if (this.isIdle || this.log.hasConflicts() || this.problem?.kind === 'refused') break;
        await this.#sendSome();
      }
      if (this.problem?.kind === 'offline') this.problem = null;
      this.#failures = 0;
    } catch (problem) {
      this.#failed(problem);
    }
    this.changed();
  }

  async #sendSome() {
    const edits = this.queue.slice(0, this.#atOnce);
    this.#inFlight = edits.length;
    this.#firstWaitsSince = null;
    this.changed();
    try {
      const { revisions } = await this.api.save(edits, this.log.base(), this.userId);
      this.queue.splice(0, edits.length);
      this.problem = null;
      this.#rebases = 0;
      this.#atOnce = MOST_AT_ONCE;
      for (const { editId } of edits) this.#keep(kept => kept.remove(editId));
      this.log.stored(edits, revisions);
    } finally {
      this.#inFlight = 0;
    }
  }

  #failed(problem) {
    if (!(problem instanceof SaveProblem)) throw problem;
    if (problem.kind === 'offline') {
      this.problem = problem;
      this.#wake(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures));
      this.#failures += 1;
    } else if (problem.kind === 'refused' && this.#atOnce > 1 && this.queue.length > 1) {
      this.#atOnce = 1; // which one it is
      this.#wake(0);
    } else if (problem.kind === 'conflict' && this.#rebases < MOST_REBASES) {
      this.#rebases += 1;
      this.log.hear(problem.revision);
      this.#wake(0);
    } else {
      this.problem = problem.kind === 'conflict' ? new SaveProblem('refused', UNSTEADY) : problem;
      this.#rebases = 0;
    }
  }

  /** What the browser can't keep is still in the queue. */
  #keep(work) {
    if (this.kept) Promise.resolve(work(this.kept)).catch(() => { this.kept = null; });
  }
}
