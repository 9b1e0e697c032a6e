import { expect, test } from 'bun:test';
import { Clock, deferred, flush } from './clock.fixture.js';
import { UploadQueue } from './queue.js';
import { backoffMs, MAX_RETRIES, PARALLEL } from './sending.js';

const found = (count, size = 3e6, prefix = 'f') =>
  Array.from({ length: count }, (_, i) => ({ file: { name: `${prefix}${i}.png`, size }, path: `${prefix}${i}.png` }));
const named = (items, state, reason = null) => items.map(({ index }) => ({ index, state, reason }));
const taken = items => ({ kind: 'answered', files: named(items, 'received') });
const LOST = { kind: 'lost', reason: 'the connection broke' };

/** Doors whose answers are given by hand, or by `answer(items, number)`; what they were asked is kept. */
class Doors {
  constructor(clock, answer) {
    Object.assign(this, { clock, answer, requests: [], looks: [], discarded: [], opened: [], isDown: false, has: {} });
  }

  open = async items => {
    if (this.isDown) return LOST;
    this.opened.push(items);
    return { kind: 'answered', id: `s${this.opened.length}`, files: items.map((_, index) => ({ index, state: 'needed', reason: null })) };
  };

  send = (session, items, options) => {
    const request = { session, items: [...items], options, atMs: this.clock.ms, ...deferred() };
    this.requests.push(request);
    if (this.isDown) request.resolve(LOST);
    else if (this.answer) request.resolve(this.answer(items, this.requests.length));
    return request.promise;
  };

  sendLarge = (session, item, options) => this.send(session, [item], options);

  look = async session => {
    this.looks.push({ session, atMs: this.clock.ms });
    return this.isDown ? LOST : { kind: 'answered', files: this.has[session] ?? [] };
  };

  discard = session => this.discarded.push(session);
}

async function setUp(answer, files = null) {
  const clock = new Clock();
  const doors = new Doors(clock, answer);
  const queue = new UploadQueue(doors, clock);
  const finished = [];
  queue.onFinished = told => finished.push(told);
  if (files) {
    queue.add(files);
    await flush();
  }
  const now = () => {
    queue.tell();
    return queue.getSnapshot();
  };
  return { clock, doors, queue, finished, now };
}

const states = snapshot =>
  Array.from({ length: snapshot.rowCount }, (_, i) => snapshot.rowAt(i)).filter(row => row.item).map(row => row.item.state);

test('one drop is one session; four requests run at once and the next starts when one is answered', async () => {
  const { doors, finished, now } = await setUp(null, found(20));
  expect(doors.opened).toHaveLength(1);
  expect(doors.requests).toHaveLength(PARALLEL);
  doors.requests[0].resolve(taken(doors.requests[0].items));
  await flush();
  expect(doors.requests).toHaveLength(PARALLEL + 1);
  for (let i = 1; i < doors.requests.length; i++) {
    doors.requests[i].resolve(taken(doors.requests[i].items));
    await flush();
  }
  expect(now()).toMatchObject({ accepted: 20, isActive: false });
  expect(finished).toEqual([{ accepted: 20, duplicate: 0, refused: 0 }]);
});

test('a second drop is a second session beside the first', async () => {
  const { doors, queue } = await setUp(null, found(1));
  queue.add(found(1, 10, 'g'));
  await flush();
  expect(doors.requests.map(({ session }) => session)).toEqual(['s1', 's2']);
});

test('each file has the fate that its index got, whatever its name', async () => {
  const fates = ['refused', 'received', 'duplicate', 'refused'];
  const fateOf = ({ index }) => ({ index, state: fates[index], reason: index === 1 ? null : `fate ${index}` });
  const answer = items => ({ kind: 'answered', files: items.map(fateOf) });
  const same = Array.from({ length: 3 }, (_, i) => ({ file: { name: 'A01.png', size: 10 }, path: `plate ${i}/A01.png` }));
  const odd = [{ file: { name: 'notes.txt', size: 5 }, path: 'notes.txt' }, { file: null, path: 'x/locked.png' }];
  const { finished, now, queue } = await setUp(answer, [...same, ...odd]);
  expect(states(now())).toEqual(['refused', 'refused', 'refused', 'duplicate', 'accepted']);
  const reasons = [1, 2, 3].map(row => queue.getSnapshot().rowAt(row).item.reason);
  expect(reasons).toEqual(["locked.png couldn't be read from your disk.", 'fate 0', 'fate 3']);
  expect(finished).toEqual([{ accepted: 1, duplicate: 1, refused: 3 }]);
});

test('what the session needs is all that is sent', async () => {
  const { doors, queue, now } = await setUp();
  const refused = { index: 0, state: 'refused', reason: 'Nobody reads it.' };
  doors.open = async () => ({ kind: 'answered', id: 's', files: [refused, ...named([{ index: 1 }, { index: 2 }], 'needed')] });
  queue.add(found(3, 10));
  await flush();
  expect(doors.requests[0].items.map(({ index }) => index)).toEqual([1, 2]);
  expect(now()).toMatchObject({ refused: 1, sending: 2 });
});

test('only unreadable files finish without a request', async () => {
  const { doors, finished } = await setUp(null, [{ file: null, path: 'locked.png' }]);
  expect([doors.opened, doors.requests]).toEqual([[], []]);
  expect(finished).toEqual([{ accepted: 0, duplicate: 0, refused: 1 }]);
});

test('a large file goes alone, and does not hold the small ones up', async () => {
  const { doors } = await setUp(null, [...found(5, 9e6, 'large'), ...found(60, 10)]);
  expect(doors.requests.map(request => request.items.length)).toEqual([1, 1, 50, 10]);
});

test('a server with trouble is asked five times more with growing pauses, then the files can be sent again', async () => {
  let working = false;
  const trouble = { kind: 'retry', reason: 'the server had a problem', afterMs: 0 };
  const { doors, queue, clock, finished, now } = await setUp(items => (working ? taken(items) : trouble), found(1));
  await clock.pass(100e3);
  expect(doors.requests.map(request => request.atMs)).toEqual([0, 2000, 6000, 14000, 30000, 62000]);
  expect(doors.requests).toHaveLength(MAX_RETRIES + 1);
  expect(now()).toMatchObject({ failed: 1, isActive: false });
  expect(queue.getSnapshot().rowAt(1).item.reason).toContain('the server had a problem');
  working = true;
  queue.retryFailed();
  await flush();
  expect(now()).toMatchObject({ failed: 0, accepted: 1 });
  expect(finished.at(-1)).toEqual({ accepted: 1, duplicate: 0, refused: 0 });
});

test('Retry-After holds back everything, not only the request that was told', async () => {
  const busy = { kind: 'retry', reason: 'too many', afterMs: 9000 };
  const { doors, clock, now } = await setUp((items, n) => (n <= PARALLEL ? busy : taken(items)), found(20));
  await clock.pass(8999);
  expect(doors.requests).toHaveLength(PARALLEL);
  await clock.pass(1);
  expect(now().accepted).toBe(20);
  expect(doors.requests.slice(PARALLEL).every(request => request.atMs === 9000)).toBe(true);
});

test('while nobody answers one question is asked with growing pauses, nothing is given up, and nothing is sent twice', async () => {
  const { doors, clock, now } = await setUp(null, found(400, 100e3));
  expect(doors.requests).toHaveLength(PARALLEL);
  doors.isDown = true;
  doors.has.s1 = named(doors.requests[0].items, 'received');
  doors.requests.forEach(request => request.resolve(LOST));
  await clock.pass(200e3);
  expect(doors.requests).toHaveLength(PARALLEL);
  expect(doors.looks.map(({ atMs }) => atMs)).toEqual([2000, 6000, 14000, 30000, 62000, 94000, 126000, 158000, 190000]);
  expect(now()).toMatchObject({ isCut: true, waiting: 400, failed: 0 });
  doors.isDown = false;
  doors.answer = taken;
  await clock.pass(32e3);
  expect(now()).toMatchObject({ isCut: false, accepted: 400, isActive: false });
  const sent = doors.requests.slice(PARALLEL).flatMap(request => request.items.map(({ index }) => index));
  expect(new Set(sent).size).toBe(sent.length);
  expect(sent).toHaveLength(400 - doors.requests[0].items.length);
});

test('a connection that comes back is used at once', async () => {
  const { doors, queue, clock, now } = await setUp(null, found(1));
  doors.isDown = true;
  doors.requests[0].resolve(LOST);
  await clock.pass(40e3);
  doors.isDown = false;
  doors.answer = taken;
  queue.wake();
  await flush();
  await flush();
  expect(now()).toMatchObject({ accepted: 1, isCut: false });
});

test('files that break the connection each time they are sent are given up', async () => {
  const { clock, now, doors } = await setUp(() => LOST, found(1));
  await clock.pass(200e3);
  expect(doors.requests).toHaveLength(MAX_RETRIES + 1);
  expect(now()).toMatchObject({ failed: 1, isActive: false });
});

test('a session that cannot be made waits for the server', async () => {
  const { doors, queue, clock, now } = await setUp(taken);
  doors.isDown = true;
  queue.add(found(3, 10));
  await clock.pass(500e3);
  expect(now()).toMatchObject({ waiting: 3, isCut: true });
  doors.isDown = false;
  await clock.pass(32e3);
  expect(now()).toMatchObject({ accepted: 3 });
});

test('signed out stops everything, loses nothing, and goes on afterwards', async () => {
  let signedIn = false;
  const signedOut = { kind: 'halted', signedOut: true, reason: 'You are signed out.' };
  const { queue, now } = await setUp(items => (signedIn ? taken(items) : signedOut), found(30));
  expect(now()).toMatchObject({ waiting: 30, accepted: 0, halt: { signedOut: true } });
  signedIn = true;
  queue.goOn();
  for (let i = 0; i < 5; i++) await flush();
  expect(now()).toMatchObject({ accepted: 30, halt: null });
});

test('a request that is too large goes file by file', async () => {
  const { doors, now } = await setUp(items => (items.length > 1 ? { kind: 'split' } : taken(items)), found(3, 10));
  await flush();
  expect(doors.requests.map(request => request.items.length)).toEqual([3, 1, 1, 1]);
  expect(now().accepted).toBe(3);
});

test('a pause lets small requests end, stops large files, and starts nothing', async () => {
  const { doors, queue, now } = await setUp(null, [...found(1, 20e6, 'large'), ...found(200, 100e3)]);
  const [large, ...small] = doors.requests;
  queue.pause();
  expect(large.options.signal.aborted).toBe(true);
  small.forEach(request => request.resolve(taken(request.items)));
  await flush();
  expect(doors.requests).toHaveLength(4);
  expect(now()).toMatchObject({ isPaused: true, sending: 0, isActive: true, accepted: 150 });
  doors.answer = taken;
  queue.resume();
  await flush();
  expect(now()).toMatchObject({ isPaused: false, accepted: 201 });
});

test('a pause in an outage does not stop the asking for ever', async () => {
  const { doors, queue, clock, now } = await setUp(null, found(1, 20e6));
  const { look } = doors;
  doors.look = () => new Promise(() => {});
  doors.requests[0].resolve(LOST);
  await clock.pass(2000);
  queue.pause();
  Object.assign(doors, { look, answer: taken });
  queue.sender.looks.clear();
  queue.resume();
  await flush();
  expect(now()).toMatchObject({ accepted: 1, isActive: false });
});

test('cancel aborts what runs, discards the session and sends nothing more', async () => {
  const { doors, queue, finished, now } = await setUp(null, found(30));
  queue.cancel();
  await flush();
  expect(doors.requests).toHaveLength(PARALLEL);
  expect(doors.requests.every(request => request.options.signal.aborted)).toBe(true);
  expect(doors.discarded).toEqual(['s1']);
  expect(now()).toMatchObject({ cancelled: 30, isActive: false });
  expect(finished).toEqual([{ accepted: 0, duplicate: 0, refused: 0 }]);
});

test('an upload that somebody discarded elsewhere ends', async () => {
  const { now } = await setUp(() => ({ kind: 'gone', reason: 'Discarded.' }), found(3, 10));
  expect(now()).toMatchObject({ cancelled: 3, isActive: false });
});

test('a session of before goes on with what it needs', async () => {
  const { doors, queue, now } = await setUp(taken);
  const matched = found(4, 10).map((one, index) => ({ ...one, index: index + 7, state: index < 3 ? 'received' : 'needed', reason: null }));
  queue.resumeSession('old', matched);
  await flush();
  expect(doors.opened).toHaveLength(0);
  expect(doors.requests.map(({ session, items }) => [session, items.map(({ index }) => index)])).toEqual([['old', [10]]]);
  expect(now()).toMatchObject({ accepted: 4, total: 4, isActive: false });
});

test('files added afterwards start a new list', async () => {
  const { queue, now } = await setUp(taken, found(1));
  queue.add(found(1, 10, 'later'));
  await flush();
  expect(now().total).toBe(1);
});

test('bytes of a request fill its files in order', async () => {
  const { doors, queue } = await setUp(null, found(3, 1000));
  doors.requests[0].options.onProgress(1500);
  expect(doors.requests[0].items.map(item => item.sentBytes)).toEqual([1000, 500, 0]);
  queue.tell();
  expect(queue.getSnapshot()).toMatchObject({ bytesTotal: 3000, bytesSent: 1500 });
});

test('ten thousand files go through a queue that is told of each answer in well under a millisecond', async () => {
  const { clock, doors, queue, now } = await setUp();
  queue.add(found(10_000, 10e3));
  await flush();
  const started = performance.now();
  for (let i = 0; i < doors.requests.length; i++) {
    doors.requests[i].options.onProgress(200e3);
    doors.requests[i].resolve(taken(doors.requests[i].items));
    await flush();
    await clock.pass(150);
  }
  const perAnswerMs = (performance.now() - started) / doors.requests.length;
  expect(now()).toMatchObject({ accepted: 10_000, isActive: false });
  expect(doors.requests).toHaveLength(200);
  expect(perAnswerMs).toBeLessThan(5);
});

test('pauses double from two seconds and stay at the fifth', () => {
  expect([1, 2, 3, 4, 5, 9].map(backoffMs)).toEqual([2000, 4000, 8000, 16000, 32000, 32000]);
});
