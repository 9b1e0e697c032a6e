import { expect, test } from 'bun:test';
import { freshChanges, ImageLoader, PAGE } from './loader.js';

/** A server's list that can change, be slow and fail; cursors are positions. */
class List {
  constructor(count) {
    this.images = Array.from({ length: count }, (_, i) => ({ id: `i${i}`, status: 'ready', n: 0 }));
    this.requests = [];
    this.failures = 0;
    this.before = () => {};
  }

  fetchPage = async ({ cursor, limit }) => {
    this.requests.push({ cursor, limit });
    await this.before();
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('The server did not answer.');
    }
    const from = Number(cursor ?? 0);
    const data = this.images.slice(from, from + limit).map(image => ({ ...image }));
    const hasMore = from + limit < this.images.length;
    return { data, hasMore, nextCursor: hasMore ? String(from + limit) : null };
  };
}

function loaderOf(list) {
  const clock = { ms: 0 };
  const loader = new ImageLoader(list.fetchPage, { now: () => clock.ms, delay: async ms => { clock.ms += ms; } });
  return { loader, clock };
}

const idsOf = loader => loader.getSnapshot().rows.map(row => row.id);

test('the first page comes alone, further ones only when looked at', async () => {
  const list = new List(450);
  const { loader } = loaderOf(list);
  await loader.start();
  expect(loader.getSnapshot()).toMatchObject({ status: 'ready', hasMore: true });
  expect(idsOf(loader)).toHaveLength(PAGE);
  await loader.need(140);
  expect(idsOf(loader)).toHaveLength(200);
});

test('jumping far reads in larger pages until it is there, without doubles', async () => {
  const list = new List(1000);
  const { loader } = loaderOf(list);
  await loader.start();
  await loader.need(Infinity);
  expect(idsOf(loader)).toEqual(list.images.map(image => image.id));
  expect(loader.getSnapshot().hasMore).toBe(false);
  expect(list.requests).toHaveLength(6);
});

test('a row that two pages hold is shown once', async () => {
  const list = new List(150);
  const { loader } = loaderOf(list);
  await loader.start();
  list.images.unshift({ id: 'new' });
  await loader.need(150);
  expect(new Set(idsOf(loader)).size).toBe(idsOf(loader).length);
});

test('a problem keeps the rows and waits for retry', async () => {
  const list = new List(300);
  const { loader } = loaderOf(list);
  await loader.start();
  list.failures = 1;
  await loader.need(150);
  expect(loader.getSnapshot()).toMatchObject({ status: 'failed', problem: 'The server did not answer.' });
  expect(idsOf(loader)).toHaveLength(100);
  await loader.retry();
  expect(loader.getSnapshot().problem).toBe('');
  expect(idsOf(loader)).toHaveLength(200);
});

test('a refresh swaps in the new list at once and keeps its depth', async () => {
  const list = new List(400);
  const { loader } = loaderOf(list);
  await loader.start();
  await loader.need(250);
  const lengths = [];
  loader.subscribe(() => lengths.push(loader.getSnapshot().rows.length));
  list.images.unshift({ id: 'new' });
  await loader.refresh();
  expect(idsOf(loader)[0]).toBe('new');
  expect(Math.min(...lengths)).toBeGreaterThanOrEqual(250);
});

test('many refreshes in a row become few requests', async () => {
  const list = new List(50);
  const { loader } = loaderOf(list);
  await loader.start();
  await Promise.all(Array.from({ length: 20 }, () => loader.refresh()));
  expect(list.requests.length).toBeLessThanOrEqual(3);
});

test('a refresh that fails is made up for by retry', async () => {
  const list = new List(10);
  const { loader } = loaderOf(list);
  await loader.start();
  list.failures = 1;
  list.images.push({ id: 'late' });
  await loader.refresh();
  expect(idsOf(loader)).not.toContain('late');
  await loader.retry();
  expect(idsOf(loader)).toContain('late');
});

test('changes are merged without a request, unknown ids are left alone', async () => {
  const list = new List(10);
  const { loader } = loaderOf(list);
  await loader.start();
  const before = loader.getSnapshot().rows;
  loader.merge([{ id: 'i3', segmentation: { status: 'running' } }, { id: 'elsewhere', n: 9 }]);
  const { rows } = loader.getSnapshot();
  expect(rows[3]).toMatchObject({ id: 'i3', status: 'ready', segmentation: { status: 'running' } });
  expect(rows[4]).toBe(before[4]);
  expect(list.requests).toHaveLength(1);
});

test('a deleted image leaves the list', async () => {
  const { loader } = loaderOf(new List(3));
  await loader.start();
  expect(loader.merge([{ id: 'i1', deleted: true }])).toEqual(['i1']);
  expect(idsOf(loader)).toEqual(['i0', 'i2']);
  expect(loader.getSnapshot().indexOf.get('i2')).toBe(1);
});

test('a change that overtakes its page wins, an older one does not', async () => {
  const list = new List(150);
  const { loader, clock } = loaderOf(list);
  await loader.start();
  loader.merge([{ id: 'i120', n: 1 }]);
  clock.ms += 10;
  list.images[120].n = 2;
  list.before = () => { clock.ms += 5; loader.merge([{ id: 'i130', n: 7 }]); };
  await loader.need(150);
  const { rows } = loader.getSnapshot();
  expect(rows[120].n).toBe(2);
  expect(rows[130].n).toBe(7);
});

test('a disposed loader says nothing more, and can be started again', async () => {
  const list = new List(10);
  const { loader } = loaderOf(list);
  const first = loader.start();
  loader.dispose();
  await first;
  expect(loader.getSnapshot().rows).toHaveLength(0);
  await loader.start();
  expect(loader.getSnapshot().rows).toHaveLength(10);
});

test('only changes that are new by their number count', () => {
  expect(freshChanges(0, { first: 0, rows: ['a', 'b'] })).toEqual({ fresh: ['a', 'b'], next: 2, missed: false });
  expect(freshChanges(2, { first: 1, rows: ['b', 'c'] })).toEqual({ fresh: ['c'], next: 3, missed: false });
  expect(freshChanges(3, { first: 1, rows: ['b', 'c'] })).toEqual({ fresh: [], next: 3, missed: false });
});

test('a gap in the numbers is noticed, and numbers may start again', () => {
  expect(freshChanges(3, { first: 5, rows: ['f'] })).toEqual({ fresh: ['f'], next: 6, missed: true });
  expect(freshChanges(9, { first: 0, rows: ['a'] })).toEqual({ fresh: ['a'], next: 1, missed: false });
});
