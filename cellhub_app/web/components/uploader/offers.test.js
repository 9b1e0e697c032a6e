import { expect, test } from 'bun:test';
import { Offers } from './offers.js';

const session = (id, needed, more = {}) => ({ id, finishedAt: null, counts: { needed, received: 3, duplicate: 0, refused: 0 }, ...more });
const known = (index, name, state = 'needed') => ({ index, name, path: name, size: 10, lastModified: 1, state, reason: null });
const chosen = name => ({ file: { name, size: 10, lastModified: 1 }, path: name });

async function offering(sessions, files = {}, { busy = [] } = {}) {
  const discarded = [];
  const offers = new Offers({
    list: async () => sessions,
    read: async id => ({ kind: 'answered', files: files[id] ?? [] }),
    discard: async id => discarded.push(id),
    busy: async () => new Set(busy),
    handles: async () => [],
  });
  await offers.load();
  return { offers, discarded };
}

const ids = offers => offers.getSnapshot().map(({ id }) => id);

test('only what stopped is offered: nothing finished, nothing that another window is sending', async () => {
  const over = [session('done', 0), session('over', 2, { finishedAt: '2026' }), session('discarded', 2, { cancelledAt: '2026' })];
  const { offers } = await offering([session('new', 2), ...over, session('busy', 5), session('old', 1)], {}, { busy: ['busy'] });
  expect(ids(offers)).toEqual(['new', 'old']);
});

test('chosen files go to the sessions that need them, the rest is new', async () => {
  const files = { a: [known(0, '1.tif', 'received'), known(1, '2.tif')], b: [known(0, '3.tif')] };
  const { offers } = await offering([session('a', 1), session('b', 1)], files);
  const { resumed, others } = await offers.claim(['1.tif', '2.tif', '3.tif', '4.tif'].map(chosen));
  const told = resumed.map(({ session: id, matched, missing }) => [id, matched.map(({ index }) => index), missing]);
  expect(told).toEqual([['a', [0, 1], 0], ['b', [0], 0]]);
  expect(others.map(({ path }) => path)).toEqual(['4.tif']);
  expect(ids(offers)).toEqual([]);
});

test('what is missing of a session is counted', async () => {
  const { offers } = await offering([session('a', 2)], { a: [known(0, '1.tif'), known(1, '2.tif')] });
  expect((await offers.claim([chosen('2.tif')])).resumed[0].missing).toBe(1);
});

test('files that a session has already do not wake it', async () => {
  const { offers } = await offering([session('a', 1)], { a: [known(0, '1.tif', 'received'), known(1, '2.tif')] });
  const { resumed, others } = await offers.claim([chosen('1.tif')]);
  expect(resumed).toEqual([]);
  expect(others).toHaveLength(1);
  expect(ids(offers)).toEqual(['a']);
});

test('a discarded session is gone', async () => {
  const { offers, discarded } = await offering([session('a', 1)]);
  await offers.discard('a');
  expect([ids(offers), discarded]).toEqual([[], ['a']]);
});
