import { expect, test } from 'bun:test';
import { Desk } from '../desk.js';
import { Depth } from './depth.js';

const PYRAMID = {
  tile: 512,
  dtype: 'uint16',
  isRgb: false,
  levels: [{ width: 700, height: 300, columns: 2, rows: 1 }, { width: 350, height: 150, columns: 1, rows: 1 }],
  channels: [{ name: '', color: '#ffffff', shown: true, min: 0, max: 900, window: [5, 800] }],
};
const FIRST = { imageId: 'a', url: '/api/v1/images/a', scope: 'p', frame: 0, timepoint: 0, width: 700, height: 300 };

class FakeWorker {
  posted = [];

  ended = false;

  postMessage(message) { this.posted.push(message); }

  terminate() { this.ended = true; }

  last(type) { return this.posted.findLast(message => message.type === type); }
}

class FakeBitmap {
  closed = false;

  close() { this.closed = true; }
}

class FakeLayer {
  tiles = [];

  put(tile) { this.tiles.push(tile); }

  constructor(options, calls) { Object.assign(this, calls); }

  show(pyramid, options) { Object.assign(this, { pyramid, options }); }
}

function setUp({ load = async () => PYRAMID } = {}) {
  globalThis.location ??= { href: 'http://localhost/' };
  const desk = new Desk();
  const element = { dataset: {} };
  const layers = [];
  const map = { addLayer: layer => layers.push(layer), removeLayer: layer => layers.splice(layers.indexOf(layer), 1), getTargetElement: () => element };
  const worker = new FakeWorker();
  const kept = new Map();
  const store = { getItem: key => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  const depth = new Depth(map, desk, { makeLayer: (...given) => new FakeLayer(...given), makeWorker: () => worker, load, store });
  return { depth, desk, element, layers, worker, kept };
}

const aFrame = () => new Promise(resolve => setTimeout(resolve));

test('a plane that is opened is handed to the worker with its own window', async () => {
  const { depth, desk, worker } = setUp();
  await depth.open({ ...FIRST, frame: 2 });
  await aFrame();
  expect(desk.get('depth')).toMatchObject({ status: 'ready', imageId: 'a', pyramid: PYRAMID });
  expect(worker.last('open').plane.url).toEqual({ path: 'http://localhost/api/v1/images/a', query: 'frame=2&t=0' });
  expect(worker.last('display').channels).toEqual([{ color: '#ffffff', on: true, low: 5, high: 800, gamma: 1 }]);
});

test('many changes of one moment are one message, and are kept', async () => {
  const { depth, desk, worker, kept } = setUp();
  await depth.open(FIRST);
  await aFrame();
  const before = worker.posted.length;
  for (const gamma of [1.5, 2, 2.5]) desk.set('display', [{ ...desk.get('display')[0], gamma }]);
  await aFrame();
  expect(worker.posted.slice(before).map(message => message.channels[0].gamma)).toEqual([2.5]);
  expect([...kept.values()].at(-1)).toContain('"gamma":2.5');
});

test('what the worker sends of a plane that was left is thrown away', async () => {
  const { depth, element, worker } = setUp();
  await depth.open(FIRST);
  await aFrame();
  const { id } = worker.last('open').plane;
  depth.layer.onWant([[1, 0, 0]]);
  expect(worker.last('want').tiles).toEqual([[1, 0, 0]]);
  const tile = () => ({ type: 'tile', plane: id, tile: [1, 0, 0], version: worker.last('display').version, width: 350, height: 150, bitmap: new FakeBitmap() });
  worker.onmessage({ data: tile() });
  expect(depth.layer.tiles.map(one => one.version)).toEqual([depth.layer.version]);
  depth.layer.onComplete(true);
  expect(element.dataset.depth).toBe('complete');
  await depth.open({ ...FIRST, frame: 1 });
  const late = tile();
  worker.onmessage({ data: late });
  expect([late.bitmap.closed, depth.layer.tiles.length]).toEqual([true, 1]);
  expect(depth.layer.options).toEqual({ hides: { width: 700, height: 300 } });
});

test('a plane whose tiles come too late does not replace the one that is open', async () => {
  const waiting = [];
  const { depth, desk } = setUp({ load: () => new Promise(resolve => waiting.push(resolve)) });
  const first = depth.open(FIRST);
  const second = depth.open({ ...FIRST, imageId: 'b' });
  waiting[1](PYRAMID);
  await second;
  waiting[0](PYRAMID);
  await first;
  expect(desk.get('depth').imageId).toBe('b');
});

test('a plane without tiles leaves the picture and says why; so does a worker that breaks', async () => {
  const { depth, desk } = setUp({ load: async () => { throw new Error('Its data is damaged.'); } });
  await depth.open(FIRST);
  expect(desk.get('depth')).toMatchObject({ status: 'refused', sentence: 'Its data is damaged.' });
  const other = setUp();
  await other.depth.open(FIRST);
  other.worker.onerror();
  expect(other.desk.get('depth').status).toBe('refused');
});

test('the pointer asks for intensities inside the image only, and all ends with the page', async () => {
  const { depth, desk, layers, worker } = setUp();
  await depth.open(FIRST);
  depth.point([699.9, 0]);
  expect(worker.last('read')).toEqual({ type: 'read', x: 699, y: 0 });
  const count = worker.posted.length;
  depth.point([700, 0]);
  depth.point(null);
  expect(worker.posted.length).toBe(count);
  worker.onmessage({ data: { type: 'values', plane: worker.last('open').plane.id, x: 1, y: 2, values: [7] } });
  expect(desk.get('values').values).toEqual([7]);
  depth.dispose();
  expect([worker.ended, layers.length, desk.get('depth').status]).toEqual([true, 0, 'off']);
});
