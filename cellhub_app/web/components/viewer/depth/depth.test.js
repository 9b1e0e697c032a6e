import { expect, test } from 'bun:test';
import { ByteCache } from './cache.js';
import { composed, lookupOf, sumOf } from './compose.js';
import { columnsOf, pathOf, rangeOf, stepOf, valueAt } from './histogram.js';
import { keyOf, levelFor, placeOf, sizeOf, tilesIn, wantedIn } from './levels.js';
import { Loader } from './loader.js';
import { DepthProblem, loadPyramid } from './pyramid.js';
import { defaultsOf, movedWindow, placeOf as keptAt, remember, remembered, resolved } from './settings.js';
import { decodeTile, joined, TileUnreadable } from './tilecodec.js';
import { intensityText, valuesText } from './words.js';

const PYRAMID = {
  tile: 512,
  dtype: 'uint16',
  levels: [
    { width: 1300, height: 600, columns: 3, rows: 2 },
    { width: 650, height: 300, columns: 2, rows: 1 },
    { width: 325, height: 150, columns: 1, rows: 1 },
  ],
  channels: [
    { name: 'DAPI', color: '#0000ff', shown: true, min: 3, max: 4000, window: [10, 2000] },
    { name: '', color: '#00ff00', shown: false, min: 0, max: 99, window: [0, 50] },
  ],
};

const head = (size, width, height) => [0x43, 0x48, 0x54, 0x31, size, 0, width & 255, width >> 8, height & 255, height >> 8];

function tileOf(size, width, height, planes) {
  return new Uint8Array([...head(size, width, height), ...Bun.deflateSync(new Uint8Array(planes))]).buffer;
}

test('a tile of two bytes a value is put together from its planes', async () => {
  const { width, height, values } = await decodeTile(tileOf(2, 3, 1, [2, 4, 255, 1, 3, 255]));
  expect([width, height, ...values]).toEqual([3, 1, 0x0102, 0x0304, 65535]);
});

test('floats and bytes come back exactly', async () => {
  const bytes = new Uint8Array(new Float32Array([-1.5, 3e7]).buffer);
  const planes = [0, 1, 2, 3].flatMap(plane => [bytes[plane], bytes[plane + 4]]);
  expect([...joined(new Uint8Array(planes), 4)]).toEqual([-1.5, 3e7]);
  expect([...(await decodeTile(tileOf(1, 2, 1, [7, 255]))).values]).toEqual([7, 255]);
});

test('bytes that are no tile are refused', async () => {
  for (const bytes of [[], [1, 2, 3], [...head(3, 1, 1), 0], [...head(1, 9, 9), ...Bun.deflateSync(new Uint8Array([1]))]]) {
    await expect(decodeTile(new Uint8Array(bytes).buffer)).rejects.toBeInstanceOf(TileUnreadable);
  }
});

const pixel = (bytes, index) => [...bytes.subarray(4 * index, 4 * index + 4)];

test('a window turns intensities into black, full colour and what lies between', () => {
  const lookup = lookupOf({ color: '#ffffff', low: 100, high: 300 }, 'uint16');
  const bytes = composed([{ values: new Uint16Array([0, 100, 200, 300, 65535]), lookup }], 5);
  expect([0, 1, 2, 3, 4].map(index => pixel(bytes, index)[0])).toEqual([0, 0, 128, 255, 255]);
  expect(pixel(bytes, 0)).toEqual([0, 0, 0, 255]);
});

test('floats are looked up the same way, and what is not a number is black', () => {
  const lookup = lookupOf({ color: '#ff8000', low: -1, high: 1 }, 'float32');
  const bytes = composed([{ values: new Float32Array([-2, 0, 1, NaN, Infinity]), lookup }], 5);
  expect(pixel(bytes, 1)).toEqual([128, 64, 0, 255]);
  expect(pixel(bytes, 2)).toEqual([255, 128, 0, 255]);
  expect(pixel(bytes, 3)).toEqual([0, 0, 0, 255]);
  expect(pixel(bytes, 4)[0]).toBe(255);
});

test('gamma above 1 lifts what is dark and leaves the ends', () => {
  const lookup = lookupOf({ color: '#ffffff', low: 0, high: 255, gamma: 2 }, 'uint8');
  const bytes = composed([{ values: new Uint8Array([0, 64, 255]), lookup }], 3);
  expect(pixel(bytes, 0)[0]).toBe(0);
  expect(pixel(bytes, 1)[0]).toBe(128);
  expect(pixel(bytes, 2)[0]).toBe(255);
});

test('the light of channels adds up and never wraps', () => {
  const part = (color, values) => ({ values: new Uint8Array(values), lookup: lookupOf({ color, low: 0, high: 100 }, 'uint8') });
  const bytes = composed([part('#ff4000', [100, 0]), part('#80ff00', [100, 0]), part('#0000ff', [0, 100])], 2);
  expect(pixel(bytes, 0)).toEqual([255, 255, 0, 255]);
  expect(pixel(bytes, 1)).toEqual([0, 0, 255, 255]);
  expect(pixel(composed([], 1), 0)).toEqual([0, 0, 0, 255]);
});

test('bytes are added three at a time as they would be one by one', () => {
  const bytes = word => [word & 255, (word >> 8) & 255, (word >> 16) & 255];
  const samples = [0, 1, 0x7f, 0x80, 0x81, 0xfe, 0xff];
  const words = samples.flatMap(a => samples.flatMap(b => samples.map(c => a | (b << 8) | (c << 16))));
  for (const one of words) {
    for (const other of words) {
      const alone = bytes(one).map((value, index) => Math.min(255, value + bytes(other)[index]));
      const sum = sumOf(one, other);
      if (bytes(sum).some((value, index) => value !== alone[index]) || (sum >>> 24) % 2) throw new Error(`${one} + ${other}`);
    }
  }
  expect(sumOf(0x010203, 0x0a0b0c)).toBe(0x0b0d0f);
});

test('a window of no width splits black from full colour', () => {
  const bytes = composed([{ values: new Uint8Array([4, 5, 6]), lookup: lookupOf({ color: '#ffffff', low: 5, high: 5 }, 'uint8') }], 3);
  expect([0, 2].map(index => pixel(bytes, index)[0])).toEqual([0, 255]);
});

test('levels follow the zoom, and stay within those that there are', () => {
  expect([4, 1, 0.7, 0.5, 0.24, 0.001].map(scale => levelFor(scale, 3))).toEqual([0, 0, 0, 1, 2, 2]);
});

test('tiles of a view come nearest first, and none that lies outside', () => {
  const tiles = tilesIn({ left: 600, top: 0, right: 1400, bottom: 500 }, 0, PYRAMID);
  expect(tiles.map(keyOf)).toEqual(['0/1/0', '0/2/0']);
  expect(tilesIn({ left: 2000, top: 0, right: 2100, bottom: 50 }, 0, PYRAMID)).toEqual([]);
  expect(tilesIn({ left: -50, top: -50, right: 20, bottom: 20 }, 0, PYRAMID).map(keyOf)).toEqual(['0/0/0']);
  expect(wantedIn({ left: 0, top: 0, right: 1300, bottom: 600 }, 0.1, PYRAMID).map(keyOf)).toEqual(['2/0/0']);
  expect(wantedIn({ left: 0, top: 0, right: 100, bottom: 100 }, 2, PYRAMID).map(keyOf)).toEqual(['2/0/0', '0/0/0']);
});

test('a tile at the edge covers only what there is of the image', () => {
  expect(placeOf([1, 1, 0], { width: 138, height: 300 }, PYRAMID)).toMatchObject({ left: 1024, top: 0, width: 276, height: 600, sourceWidth: 138 });
  const odd = { ...PYRAMID, levels: [{ width: 1025, height: 1025, columns: 3, rows: 3 }, { width: 513, height: 513, columns: 2, rows: 2 }] };
  expect(placeOf([1, 1, 1], { width: 1, height: 1 }, odd)).toMatchObject({ left: 1024, width: 1, sourceWidth: 0.5 });
});

test('tiles at the far edges are smaller', () => {
  expect([sizeOf([0, 0, 0], PYRAMID), sizeOf([0, 2, 1], PYRAMID)]).toEqual([{ width: 512, height: 512 }, { width: 276, height: 88 }]);
});

test('a cache drops what was used longest ago', () => {
  const dropped = [];
  const cache = new ByteCache(10, value => dropped.push(value));
  cache.set('a', 'A', 4);
  cache.set('b', 'B', 4);
  cache.get('a');
  cache.set('c', 'C', 4);
  expect([dropped, cache.has('a'), cache.bytes]).toEqual([['B'], true, 8]);
  cache.set('d', 'D', 99);
  expect([cache.has('d'), cache.has('a')]).toEqual([true, false]);
  cache.clear();
  expect([cache.bytes, dropped.length]).toEqual([0, 4]);
});

function manual() {
  const asked = new Map();
  const fetchTile = (name, signal) => new Promise((resolve, reject) => {
    asked.set(name, { resolve: () => resolve(tileOf(1, 1, 1, [9])), reject, signal });
  });
  return { asked, fetchTile };
}

async function settled(condition) {
  for (let round = 0; round < 400 && !condition(); round += 1) await new Promise(resolve => setImmediate(resolve));
  expect(condition()).toBe(true);
}

test('tiles are loaded in the order of the wish, six at a time, and given up when they leave it', async () => {
  const { asked, fetchTile } = manual();
  const loaded = [];
  const loader = new Loader({ fetchTile, loaded: name => loaded.push(name), failed: () => {} });
  loader.want(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
  expect([...asked.keys()]).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  loader.want(['b', 'h']);
  expect(asked.get('a').signal.aborted).toBe(true);
  expect(asked.get('b').signal.aborted).toBe(false);
  expect(asked.has('h')).toBe(true);
  asked.get('a').resolve();
  asked.get('b').resolve();
  await settled(() => loaded.length === 1);
  expect(loaded).toEqual(['b']);
  loader.want(['b']);
  expect(loader.cache.get('b').values[0]).toBe(9);
});

test('a tile that failed rests for a while and is asked for again', async () => {
  const { asked, fetchTile } = manual();
  let now = 0;
  const failures = [];
  const loader = new Loader({ fetchTile, loaded: () => {}, failed: error => failures.push(error.message), now: () => now });
  loader.want(['a']);
  asked.get('a').reject(new Error('gone'));
  await settled(() => failures.length === 1);
  asked.clear();
  loader.want(['a']);
  expect(asked.size).toBe(0);
  now = 5000;
  loader.want(['a']);
  expect(asked.size).toBe(1);
});

const answer = (status, body) => ({ ok: status < 400, status, json: async () => body });

test('a plane is asked for again while its tiles are prepared', async () => {
  const answers = [answer(409, { code: 'tilesBeingMade' }), answer(409, { code: 'tilesBeingMade' }), answer(200, PYRAMID)];
  let waits = 0;
  const options = { signal: new AbortController().signal, get: async () => answers.shift(), rest: async () => {}, waiting: () => { waits += 1; } };
  expect(await loadPyramid({ path: '/i', query: 'frame=0&t=0' }, options)).toBe(PYRAMID);
  expect(waits).toBe(2);
});

test('a plane that cannot be cut says why, and a worker that never comes is not waited for for ever', async () => {
  const signal = new AbortController().signal;
  const refused = { signal, get: async () => answer(409, { code: 'tilesRefused', detail: 'It is damaged.' }) };
  await expect(loadPyramid({ path: '', query: '' }, refused)).rejects.toEqual(new DepthProblem('It is damaged.'));
  let clock = 0;
  const never = { signal, get: async () => answer(409, { code: 'tilesBeingMade' }), rest: async () => { clock += 60000; }, now: () => clock };
  await expect(loadPyramid({ path: '', query: '' }, never)).rejects.toBeInstanceOf(DepthProblem);
});

function shelf() {
  const kept = new Map();
  return { getItem: key => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), kept };
}

test('settings are remembered for pictures of the same kind, and windows that nobody set follow each image', () => {
  const store = shelf();
  const place = keptAt('project', PYRAMID);
  expect(remembered(store, place, PYRAMID)).toEqual(defaultsOf(PYRAMID));
  const changed = defaultsOf(PYRAMID);
  changed[0] = { ...changed[0], gamma: 2, low: 5, high: 9 };
  remember(store, place, changed);
  expect(resolved(remembered(store, place, PYRAMID), PYRAMID).map(({ low, high, gamma }) => [low, high, gamma])).toEqual([[5, 9, 2], [0, 50, 1]]);
});

test('what was kept and does not fit is passed over', () => {
  const store = shelf();
  for (const bad of ['', '{', '[]', '[1,2]', '[{"color":"red","on":true,"low":0,"high":1,"gamma":1},null]', 'null']) {
    store.kept.set('x', bad);
    expect(remembered(store, 'x', PYRAMID)).toEqual(defaultsOf(PYRAMID));
  }
});

test('the ends of a window keep their order', () => {
  expect(movedWindow([10, 20], 'low', 50, 1)).toEqual([19, 20]);
  expect(movedWindow([10, 20], 'high', 2, 1)).toEqual([10, 11]);
  expect(movedWindow([10, 20], 'high', 90, 1)).toEqual([10, 90]);
});

test('intensities under the pointer are those of this very pixel, of the channels that are shown', () => {
  const display = [{ on: true }, { on: true }];
  const found = { x: 4, y: 5, values: [12345, 7] };
  expect(valuesText(found, [4.9, 5.2], PYRAMID, display)).toBe('DAPI 12,345  C2 7');
  expect(valuesText(found, [4.9, 5.2], PYRAMID, [{ on: true }, { on: false }])).toBe('DAPI 12,345');
  expect(valuesText(found, [9, 5], PYRAMID, display)).toBe('');
  expect(valuesText({ x: 0, y: 0, values: [7] }, [0, 0], { ...PYRAMID, channels: [PYRAMID.channels[0]] }, display)).toBe('I 7');
  expect(intensityText(0.12345678, 'float32')).toBe('0.123457');
  expect(intensityText(-3e-9, 'float32')).toBe('-3.000e-9');
  expect(intensityText(NaN, 'float32')).toBe('–');
});

test('a histogram keeps its lone high bins, whatever its width', () => {
  const counts = Array(256).fill(0);
  counts[0] = 1000;
  counts[100] = 1;
  const columns = columnsOf({ start: 0, step: 1, counts }, [0, 256], 64);
  expect([columns[0], columns[25] > 0.05, columns[26]]).toEqual([1, true, 0]);
  expect(pathOf([1, 0], 10, 4)).toBe('M0 4L0.0 0.0L5.0 0.0L5.0 4.0L10.0 4.0L10 4Z');
});

test('handles stay within reach and move by whole intensities', () => {
  expect(rangeOf(PYRAMID.channels[0], [10, 9000])).toEqual([3, 9000]);
  expect(rangeOf({ min: 5, max: 5, window: [5, 5] }, [5, 5])).toEqual([5, 6]);
  expect([stepOf([0, 4000], 'uint16'), stepOf([0, 30], 'uint16'), stepOf([0, 1], 'float32')]).toEqual([20, 1, 0.005]);
  expect([valueAt(0.5, [0, 5], 'uint16'), valueAt(0.5, [0, 5], 'float32'), valueAt(7, [0, 5], 'uint16')]).toEqual([3, 2.5, 5]);
});
