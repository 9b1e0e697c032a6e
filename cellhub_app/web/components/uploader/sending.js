import { nextBatch, pileFor } from './plan.js';

export const PARALLEL = 4;
export const MAX_RETRIES = 5;
const LARGE_BESIDE_SMALL = 2;
const FIRST_DELAY_MS = 2000;
export const PILE_OF = { received: 'accepted', duplicate: 'duplicate', refused: 'refused' };

export function backoffMs(retry) {
  return FIRST_DELAY_MS * 2 ** (Math.min(retry, MAX_RETRIES) - 1);
}

/**
 * Sends what waits in a ledger, four requests at once. `doors` speak with the server and resolve with an outcome (outcome.js):
 *   open(items, {signal})                        makes an upload session of the items
 *   send(session, items, {signal, onProgress})   several small files in one request
 *   sendLarge(session, item, {signal, onProgress})
 *   look(session)                                what the server has of a session
 *   discard(session)
 * A task is {kind: open | batch | large, items, retries, dueMs, mustLook}. When nobody answers, one task asks again with growing
 * pauses and the others wait for it; what the server got before it fell silent is asked for, never sent again.
 * `told` = {changed(), accepted(count), opened(session, handles), done()}.
 */
export class Sender {
  constructor({ ledger, doors, clock, told }) {
    Object.assign(this, { ledger, doors, clock }, told);
    this.delayed = [];
    this.active = new Set();
    this.looks = new Map();
    this.notBeforeMs = 0;
    this.halt = null;
    this.outage = null;
    this.isPaused = false;
  }

  open(items, handles = []) {
    this.delayed.push({ kind: 'open', items, handles, retries: 0, dueMs: 0 });
  }

  pump() {
    while (this.mayStart()) {
      const task = this.dueTask() ?? (this.outage ? null : this.freshTask());
      if (!task) break;
      this.start(task);
    }
    this.changed();
    if (this.active.size === 0 && !this.ledger.isOpen) this.done();
  }

  mayStart() {
    if (this.halt || this.isPaused || this.active.size >= PARALLEL || this.clock.now() < this.notBeforeMs) return false;
    return !this.outage || (!this.outage.isProbing && this.clock.now() >= this.outage.dueMs);
  }

  dueTask() {
    const place = this.delayed.findIndex(task => task.dueMs <= this.clock.now());
    if (place < 0) return null;
    if (this.outage) this.outage.isProbing = true;
    return this.delayed.splice(place, 1)[0];
  }

  freshTask() {
    const { small, large } = this.ledger.piles;
    const largeActive = [...this.active].filter(task => task.kind === 'large').length;
    const takesLarge = large.size > 0 && largeActive < (small.size > 0 ? LARGE_BESIDE_SMALL : PARALLEL);
    const items = takesLarge ? [large.at(0)] : nextBatch(small);
    return items.length > 0 ? { kind: takesLarge ? 'large' : 'batch', items, retries: 0, dueMs: 0 } : null;
  }

  async start(task) {
    this.active.add(task);
    task.controller = new AbortController();
    const { signal } = task.controller;
    if (task.kind !== 'open') for (const item of task.items) this.ledger.move(item, 'sending');
    let outcome;
    try {
      outcome = (task.mustLook && (await this.looked(task))) || (await this.attempt(task, signal));
    } catch (error) {
      outcome = { kind: 'retry', reason: error.message, afterMs: 0 };
    }
    if (signal.aborted) return;
    this.active.delete(task);
    if (outcome.kind !== 'lost') this.outage = null;
    this.settle(task, outcome);
    this.pump();
  }

  /** Asks what arrived of a task whose answer was lost. Resolves with an outcome if that ends this attempt, else with nothing. */
  async looked(task) {
    const { session } = task.items[0];
    if (!this.looks.has(session)) this.looks.set(session, this.doors.look(session).finally(() => this.looks.delete(session)));
    const outcome = await this.looks.get(session);
    if (task.controller.signal.aborted) return outcome;
    if (outcome.kind !== 'answered') return { ...outcome, wasLook: true };
    this.outage = null;
    task.mustLook = false;
    this.takeStates(task, outcome.files);
    return task.items.length === 0 ? { kind: 'answered', files: [] } : null;
  }

  attempt(task, signal) {
    if (task.kind === 'open') return this.doors.open(task.items, { signal });
    const options = { signal, onProgress: bytes => this.progress(task, bytes) };
    const { session } = task.items[0];
    return task.kind === 'large' ? this.doors.sendLarge(session, task.items[0], options) : this.doors.send(session, task.items, options);
  }

  /** The files of a request go out one after the other, so its bytes fill them in order. */
  progress(task, bytes) {
    let left = bytes;
    for (const item of task.items) {
      this.ledger.progress(item, Math.min(item.size, left));
      left = Math.max(0, left - item.size);
    }
    this.changed();
  }

  settle(task, outcome) {
    if (outcome.kind === 'answered') this.answered(task, outcome);
    else if (outcome.kind === 'refused') this.moveTo('refused', task, outcome.reason);
    else if (outcome.kind === 'gone') this.moveTo('cancelled', task, outcome.reason);
    else if (outcome.kind === 'lost') this.probeLater(task, outcome);
    else if (outcome.kind === 'retry') this.retryLater(task, outcome);
    else if (outcome.kind === 'split') this.split(task);
    else this.haltAll(task, outcome);
  }

  moveTo(pile, task, reason) {
    for (const item of task.items) this.ledger.move(item, pile, reason);
  }

  answered(task, { id, files }) {
    if (task.kind === 'open') {
      this.enlist(task, id, files);
      return;
    }
    this.takeStates(task, files);
    if (task.items.length > 0) this.retryLater(task, { reason: 'the server said nothing of this file', afterMs: 0 });
  }

  enlist(task, session, files) {
    const byIndex = new Map(files.map(file => [file.index, file]));
    task.items.forEach((item, index) => {
      Object.assign(item, { session, index });
      const told = byIndex.get(index);
      this.ledger.move(item, PILE_OF[told?.state] ?? pileFor(item), told?.reason ?? '');
    });
    this.opened(session, task.handles ?? []);
  }

  /** Files the server has decided on leave the task. */
  takeStates(task, files) {
    const byIndex = new Map(files.map(file => [file.index, file]));
    let count = 0;
    task.items = task.items.filter(item => {
      const told = byIndex.get(item.index);
      const pile = PILE_OF[told?.state];
      if (!pile) return true;
      this.ledger.move(item, pile, told.reason ?? '');
      count += pile === 'accepted' ? 1 : 0;
      return false;
    });
    if (count > 0) this.accepted(count);
  }

  probeLater(task, { reason, wasLook = false }) {
    if (!wasLook && task.kind !== 'open') task.retries += 1;
    if (task.retries > MAX_RETRIES) {
      this.moveTo('failed', task, `Couldn't send it: ${reason}. Tried ${MAX_RETRIES + 1} times.`);
      return;
    }
    const isFirst = !this.outage;
    if (isFirst || this.outage.isProbing) {
      const tries = isFirst ? Math.max(1, task.retries) : this.outage.tries + 1;
      const waitMs = backoffMs(tries);
      this.outage = { tries, isProbing: false, dueMs: this.clock.now() + waitMs };
      this.clock.after(waitMs, () => this.pump());
    }
    this.delay(task, 0, `Waiting for the server: ${reason}.`);
    task.mustLook = task.kind !== 'open';
  }

  retryLater(task, { reason, afterMs }) {
    if (task.retries === MAX_RETRIES) {
      this.moveTo('failed', task, `Couldn't send it: ${reason}. Tried ${MAX_RETRIES + 1} times.`);
      return;
    }
    task.retries += 1;
    const waitMs = Math.max(afterMs, backoffMs(task.retries));
    const now = this.clock.now();
    this.delay(task, now + waitMs, `Trying again in ${Math.round(waitMs / 1000)} s: ${reason}.`);
    if (afterMs > 0) this.notBeforeMs = Math.max(this.notBeforeMs, now + afterMs);
    this.clock.after(waitMs, () => this.pump());
  }

  delay(task, dueMs, reason) {
    task.dueMs = dueMs;
    this.moveTo(task.kind === 'open' ? 'opening' : 'retrying', task, reason);
    this.delayed.push(task);
  }

  split(task) {
    this.moveTo('retrying', task, '');
    this.delayed.push(...task.items.map(item => ({ kind: task.kind, items: [item], retries: 0, dueMs: 0 })));
  }

  haltAll(task, { reason, signedOut }) {
    this.delay(task, 0, '');
    this.halt = { reason, signedOut };
    this.changed();
  }

  /** After signing in again, or after asking for permission. */
  goOn() {
    this.halt = null;
    this.wake();
  }

  /** The connection may be back: ask now instead of at the end of the pause. */
  wake() {
    if (this.outage) this.outage.dueMs = this.clock.now();
    this.pump();
  }

  /** Small requests that run are finished; large files stop and go on from where they are. */
  pause() {
    this.isPaused = true;
    for (const task of [...this.active].filter(({ kind }) => kind === 'large')) {
      this.stop(task);
      this.delay({ ...task, mustLook: false }, 0, '');
    }
  }

  resume() {
    this.isPaused = false;
    this.pump();
  }

  stop(task) {
    this.active.delete(task);
    if (this.outage) this.outage.isProbing = false;
    task.controller.abort(new DOMException('stopped', 'AbortError'));
  }

  stopAll() {
    [...this.active].forEach(task => this.stop(task));
    this.delayed = [];
    Object.assign(this, { halt: null, outage: null, isPaused: false });
  }
}
