import { reasonsFor } from './outcome.js';
import { nextBatch, refusalOf } from './plan.js';
import { RateMeter } from './rate.js';

export const PARALLEL = 4;
export const MAX_RETRIES = 5;
const FIRST_DELAY_MS = 2000;
const TOLD_EVERY_MS = 150;
const OPEN = new Set(['waiting', 'sending']);

export function backoffMs(retry) {
  return FIRST_DELAY_MS * 2 ** (retry - 1);
}

/**
 * The uploads of one project. Items are {key, file, name, path, size, state, reason, sentBytes}; state is waiting, sending,
 * accepted, refused (will never be taken), failed (may be tried again) or cancelled.
 * `send(items, {session, signal, onProgress})` resolves with an outcome (outcome.js). The clock can be replaced in tests.
 */
export class UploadQueue {
  constructor(send, clock = { now: () => performance.now(), after: (ms, run) => setTimeout(run, ms) }) {
    this.send = send;
    this.clock = clock;
    this.listeners = new Set();
    this.onAccepted = () => {};
    this.onFinished = () => {};
    this.keys = 0;
    this.reset();
  }

  reset() {
    this.items = [];
    this.batches = [];
    this.active = 0;
    this.notBeforeMs = 0;
    this.halt = null;
    this.isFinished = false;
    this.session = randomUuid();
    this.controller = new AbortController();
    this.meter = new RateMeter();
    this.tell();
  }

  subscribe = listener => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getSnapshot = () => this.snapshot;

  tell() {
    this.snapshot = { items: this.items, halt: this.halt, ...summaryOf(this.items), bytesPerSecond: this.meter.bytesPerSecond() };
    this.listeners.forEach(listener => listener());
  }

  tellSoon() {
    if (this.toldSoon) return;
    this.toldSoon = true;
    this.clock.after(TOLD_EVERY_MS, () => {
      this.toldSoon = false;
      this.meter.add(summaryOf(this.items).bytesSent, this.clock.now());
      this.tell();
    });
  }

  /** found = [{file, path}] of entries.js; files that can't go are listed at once with the reason. */
  add(found, limits) {
    if (!this.items.some(item => OPEN.has(item.state))) this.reset();
    const items = found.map(({ file, path }) => this.itemOf(file, path, limits));
    this.items = [...this.items, ...items];
    this.isFinished = false;
    this.meter.add(summaryOf(this.items).bytesSent, this.clock.now());
    this.tell();
    this.pump();
  }

  itemOf(file, path, limits) {
    const name = file?.name ?? path.split('/').at(-1);
    const reason = file ? refusalOf(file, limits) : `${name} couldn't be read from your disk.`;
    return { key: ++this.keys, file, name, path, size: file?.size ?? 0, state: reason ? 'refused' : 'waiting', reason, sentBytes: 0, retries: 0 };
  }

  pump() {
    const now = this.clock.now();
    while (!this.halt && this.active < PARALLEL && now >= this.notBeforeMs) {
      const batch = this.dueBatch(now) ?? this.freshBatch();
      if (!batch) break;
      this.start(batch);
    }
    this.tell();
    if (this.active === 0 && !this.halt && !this.items.some(item => OPEN.has(item.state))) this.finish();
  }

  dueBatch(now) {
    const place = this.batches.findIndex(batch => batch.dueMs <= now);
    return place < 0 ? null : this.batches.splice(place, 1)[0];
  }

  freshBatch() {
    const planned = new Set(this.batches.flatMap(batch => batch.items));
    const waiting = this.items.filter(item => item.state === 'waiting' && !planned.has(item));
    const places = nextBatch(waiting);
    return places.length > 0 ? { items: places.map(place => waiting[place]), retries: 0, dueMs: 0 } : null;
  }

  async start(batch) {
    const { controller } = this;
    this.active += 1;
    for (const item of batch.items) Object.assign(item, { state: 'sending', reason: '', sentBytes: 0 });
    let outcome;
    try {
      outcome = await this.send(batch.items, {
        session: this.session,
        signal: controller.signal,
        onProgress: bytes => this.progress(batch, bytes),
      });
    } catch (error) {
      if (controller.signal.aborted) return;
      outcome = { kind: 'retry', reason: error.message, afterMs: 0 };
    }
    if (controller.signal.aborted) return;
    this.active -= 1;
    this.settle(batch, outcome);
    this.pump();
  }

  /** The files of a request go out one after the other, so its bytes fill them in order. */
  progress(batch, bytes) {
    let left = bytes;
    for (const item of batch.items) {
      item.sentBytes = Math.min(item.size, left);
      left = Math.max(0, left - item.size);
    }
    this.tellSoon();
  }

  settle(batch, outcome) {
    if (outcome.kind === 'answered') this.accept(batch, outcome);
    else if (outcome.kind === 'refused') mark(batch.items, 'refused', outcome.reason);
    else if (outcome.kind === 'retry') this.retryLater(batch, outcome);
    else if (outcome.kind === 'split') this.split(batch);
    else this.haltAll(batch, outcome);
  }

  accept(batch, answer) {
    const reasons = reasonsFor(batch.items.map(item => item.name), answer);
    batch.items.forEach((item, place) => mark([item], reasons[place] ? 'refused' : 'accepted', reasons[place]));
    const count = batch.items.filter(item => item.state === 'accepted').length;
    if (count > 0) this.onAccepted({ count });
  }

  retryLater(batch, { reason, afterMs }) {
    if (batch.retries === MAX_RETRIES) {
      mark(batch.items, 'failed', `Couldn't send it: ${reason}. Tried ${MAX_RETRIES + 1} times.`);
      return;
    }
    const waitMs = Math.max(afterMs, backoffMs(batch.retries + 1));
    const now = this.clock.now();
    mark(batch.items, 'waiting', `Trying again in ${Math.round(waitMs / 1000)} s: ${reason}.`);
    this.batches.push({ items: batch.items, retries: batch.retries + 1, dueMs: now + waitMs });
    if (afterMs > 0) this.notBeforeMs = Math.max(this.notBeforeMs, now + afterMs);
    this.clock.after(waitMs, () => this.pump());
  }

  split(batch) {
    mark(batch.items, 'waiting', '');
    this.batches.push(...batch.items.map(item => ({ items: [item], retries: 0, dueMs: 0 })));
  }

  haltAll(batch, { reason, signedOut }) {
    mark(batch.items, 'waiting', '');
    this.batches.push({ items: batch.items, retries: 0, dueMs: 0 });
    this.halt = { reason, signedOut };
  }

  /** After signing in again, or after asking for permission. */
  goOn() {
    this.halt = null;
    this.pump();
  }

  retryFailed() {
    this.isFinished = false;
    mark(this.items.filter(item => item.state === 'failed'), 'waiting', '');
    this.pump();
  }

  cancel() {
    this.controller.abort();
    this.controller = new AbortController();
    this.batches = [];
    this.active = 0;
    this.halt = null;
    mark(this.items.filter(item => OPEN.has(item.state)), 'cancelled', '');
    this.pump();
  }

  finish() {
    if (this.isFinished || this.items.length === 0) return;
    this.isFinished = true;
    const { accepted, refused, failed } = this.snapshot;
    this.onFinished({ accepted, refused: refused + failed });
  }
}

/** crypto.randomUUID exists on https and localhost only; a laboratory's server may be plain http. */
function randomUuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

function mark(items, state, reason) {
  for (const item of items) Object.assign(item, { state, reason, sentBytes: state === 'accepted' ? item.size : 0 });
}

/** Counts by state and bytes; bytes leave out what is not sent at all. */
export function summaryOf(items) {
  const counts = { waiting: 0, sending: 0, accepted: 0, refused: 0, failed: 0, cancelled: 0 };
  let bytesTotal = 0;
  let bytesSent = 0;
  for (const { state, size, sentBytes } of items) {
    counts[state] += 1;
    if (state === 'refused' || state === 'cancelled') continue;
    bytesTotal += size;
    bytesSent += sentBytes;
  }
  return { ...counts, total: items.length, isActive: counts.waiting + counts.sending > 0, bytesTotal, bytesSent };
}
