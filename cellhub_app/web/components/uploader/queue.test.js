import { expect, test } from 'bun:test';
import { backoffMs, MAX_RETRIES, PARALLEL, summaryOf, UploadQueue } from './queue.js';

const LIMITS = { accept: ['.png'], maxFileMb: 20 };
const found = (count, size = 3e6) => Array.from({ length: count }, (_, i) => ({ file: { name: `f${i}.png`, size }, path: `f${i}.png` }));

/** Time that passes only when told to. */
class Clock {
  ms = 0;
  timers = [];
  now = () => this.ms;
  after = (delayMs, run) => this.timers.push({ atMs: this.ms + delayMs, run });
  async pass(ms) {
    const end = this.ms + ms;
    for (;;) {
      await flush();
      const due = this.timers.filter(timer => timer.atMs <= end).sort((a, b) => a.atMs - b.atMs)[0];
      if (!due) break;
      this.timers.splice(this.timers.indexOf(due), 1);
      this.ms = Math.max(this.ms, due.atMs);
      due.run();
    }
    this.ms = end;
    await flush();
  }
}

const flush = () => new Promise(resolve => setImmediate(resolve));
const taken = items => ({ kind: 'answered', accepted: items.map(item => ({ name: item.name })), refused: [] });

/** A server whose answers are given by hand; what it was sent is in `requests`. */
function setUp(answer) {
  const clock = new Clock();
  const requests = [];
  const queue = new UploadQueue((items, options) => new Promise((resolve, reject) => {
    requests.push({ items, options, resolve, atMs: clock.ms });
    options.signal.addEventListener('abort', () => reject(options.signal.reason));
    if (answer) resolve(answer(items, requests.length));
  }), clock);
  const finished = [];
  queue.onFinished = told => finished.push(told);
  return { clock, requests, queue, finished };
}

test('four requests run at once and the next starts when one is answered', async () => {
  const { queue, requests, finished } = setUp();
  queue.add(found(20), LIMITS);
  expect(requests).toHaveLength(PARALLEL);
  requests[0].resolve(taken(requests[0].items));
  await flush();
  expect(requests).toHaveLength(PARALLEL + 1);
  for (let i = 1; i < requests.length; i++) {
    requests[i].resolve(taken(requests[i].items));
    await flush();
  }
  expect(queue.getSnapshot()).toMatchObject({ accepted: 20, isActive: false });
  expect(finished).toEqual([{ accepted: 20, refused: 0 }]);
});

test('refusals of the browser and of the server are told apart from what was taken', async () => {
  const answer = items => ({ kind: 'answered', accepted: items.slice(1), refused: [{ name: items[0].name, detail: 'It ends early.' }] });
  const { queue, finished } = setUp(answer);
  const told = [];
  queue.onAccepted = count => told.push(count);
  queue.add([...found(3, 10), { file: { name: 'notes.txt', size: 5 }, path: 'notes.txt' }, { file: null, path: 'x/locked.png' }], LIMITS);
  await flush();
  const { items } = queue.getSnapshot();
  expect(items.map(item => item.state)).toEqual(['refused', 'accepted', 'accepted', 'refused', 'refused']);
  expect(items[0].reason).toBe('It ends early.');
  expect(items[4].reason).toContain('locked.png');
  expect(told).toEqual([{ count: 2 }]);
  expect(finished).toEqual([{ accepted: 2, refused: 3 }]);
});

test('only refused files finish without a request', () => {
  const { queue, requests, finished } = setUp();
  queue.add([{ file: { name: 'notes.txt', size: 5 }, path: 'notes.txt' }], LIMITS);
  expect(requests).toHaveLength(0);
  expect(finished).toEqual([{ accepted: 0, refused: 1 }]);
});

test('five retries with growing pauses, then it has failed and can be sent again', async () => {
  let working = false;
  const { queue, requests, clock, finished } = setUp(items => (working ? taken(items) : { kind: 'retry', reason: 'the connection broke', afterMs: 0 }));
  queue.add(found(1), LIMITS);
  await clock.pass(100e3);
  expect(requests.map(request => request.atMs)).toEqual([0, 2000, 6000, 14000, 30000, 62000]);
  expect(requests).toHaveLength(MAX_RETRIES + 1);
  expect(queue.getSnapshot()).toMatchObject({ failed: 1, isActive: false });
  expect(queue.getSnapshot().items[0].reason).toContain('the connection broke');
  working = true;
  queue.retryFailed();
  await flush();
  expect(queue.getSnapshot()).toMatchObject({ failed: 0, accepted: 1 });
  expect(finished).toEqual([{ accepted: 0, refused: 1 }, { accepted: 1, refused: 0 }]);
});

test('Retry-After holds back everything, not only the request that was told', async () => {
  const { queue, requests, clock } = setUp((items, n) => (n <= PARALLEL ? { kind: 'retry', reason: 'too many', afterMs: 9000 } : taken(items)));
  queue.add(found(20), LIMITS);
  await clock.pass(8999);
  expect(requests).toHaveLength(PARALLEL);
  await clock.pass(1);
  expect(queue.getSnapshot().accepted).toBe(20);
  expect(requests.slice(PARALLEL).every(request => request.atMs === 9000)).toBe(true);
});

test('a retried file keeps session and index, so the server can know it', async () => {
  const { queue, requests, clock } = setUp((items, n) => (n === 1 ? { kind: 'retry', reason: 'x', afterMs: 0 } : taken(items)));
  queue.add(found(1), LIMITS);
  await clock.pass(3000);
  expect(requests[1].options.session).toBe(requests[0].options.session);
  expect(requests[0].options.session).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(requests[1].items[0].key).toBe(requests[0].items[0].key);
});

test('signed out stops everything, loses nothing, and goes on afterwards', async () => {
  let signedIn = false;
  const { queue } = setUp(items => (signedIn ? taken(items) : { kind: 'halted', signedOut: true, reason: 'You are signed out.' }));
  queue.add(found(30), LIMITS);
  await flush();
  expect(queue.getSnapshot()).toMatchObject({ waiting: 30, accepted: 0, halt: { signedOut: true } });
  signedIn = true;
  queue.goOn();
  await flush();
  await flush();
  expect(queue.getSnapshot()).toMatchObject({ accepted: 30, halt: null });
});

test('a request that is too large goes file by file', async () => {
  const { queue, requests } = setUp(items => (items.length > 1 ? { kind: 'split' } : taken(items)));
  queue.add(found(3, 10), LIMITS);
  await flush();
  expect(requests.map(request => request.items.length)).toEqual([3, 1, 1, 1]);
  expect(queue.getSnapshot().accepted).toBe(3);
});

test('cancel aborts what runs and sends nothing more', async () => {
  const { queue, requests, finished } = setUp();
  queue.add(found(30), LIMITS);
  queue.cancel();
  await flush();
  expect(requests).toHaveLength(PARALLEL);
  expect(requests.every(request => request.options.signal.aborted)).toBe(true);
  expect(queue.getSnapshot()).toMatchObject({ cancelled: 30, isActive: false });
  expect(finished).toEqual([{ accepted: 0, refused: 0 }]);
});

test('files added while others go join them, files added afterwards start a new list', async () => {
  const { queue, requests } = setUp();
  queue.add(found(1), LIMITS);
  queue.add(found(1), LIMITS);
  expect(queue.getSnapshot().total).toBe(2);
  requests.forEach(request => request.resolve(taken(request.items)));
  await flush();
  queue.add(found(1), LIMITS);
  expect(queue.getSnapshot().total).toBe(1);
});

test('bytes of a request fill its files in order', async () => {
  const { queue, requests } = setUp();
  queue.add(found(3, 1000), LIMITS);
  requests[0].options.onProgress(1500);
  expect(queue.getSnapshot().items.map(item => item.sentBytes)).toEqual([1000, 500, 0]);
  expect(summaryOf(queue.getSnapshot().items)).toMatchObject({ bytesTotal: 3000, bytesSent: 1500 });
});

test('pauses double from two seconds', () => {
  expect([1, 2, 3, 4, 5].map(backoffMs)).toEqual([2000, 4000, 8000, 16000, 32000]);
});
