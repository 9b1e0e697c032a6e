import { expect, test } from 'bun:test';
import { Boxes } from './boxes.js';
import { PolygonStore } from './store.js';

function square(id, x, y, side) {
  return { id, classId: 0, areaPx: side * side, rings: [Float32Array.of(x, y, x, y + side, x + side, y + side, x + side, y)] };
}

function storeOf(...objects) {
  const store = new PolygonStore(new Boxes());
  store.replace(objects);
  return store;
}

const GRID = [square('a', 0, 0, 10), square('b', 20, 0, 10), square('c', 0, 20, 10), square('d', 20, 20, 10)];

test('the smallest of nested objects is hit', () => {
  const store = storeOf(square('large', 0, 0, 100), square('small', 40, 40, 10));
  expect(store.at(45, 45).id).toBe('small');
  expect(store.at(5, 5).id).toBe('large');
  expect(store.at(150, 5)).toBeNull();
});

test('a point beside the polygon but inside its box is no hit', () => {
  const triangle = { id: 't', classId: 0, areaPx: 50, rings: [Float32Array.of(0, 0, 10, 0, 0, 10)] };
  expect(storeOf(triangle).at(9, 9)).toBeNull();
});

test('stepping goes in order and ends at both ends', () => {
  const store = storeOf(...GRID);
  expect(store.step(undefined, 1).id).toBe('a');
  expect(store.step(undefined, -1).id).toBe('d');
  expect(store.step('b', 1).id).toBe('c');
  expect(store.step('d', 1)).toBeNull();
  expect(store.step('a', -1)).toBeNull();
  expect(storeOf().step(undefined, 1)).toBeNull();
});

test('a direction leads to the nearest object on that side', () => {
  const store = storeOf(...GRID, square('far', 60, 0, 10));
  expect(store.towards('a', [1, 0]).id).toBe('b');
  expect(store.towards('a', [0, 1]).id).toBe('c');
  expect(store.towards('b', [1, 0]).id).toBe('far');
  expect(store.towards('a', [-1, 0])).toBeNull();
});

test('the nearest object to a point is found by its centre', () => {
  expect(storeOf(...GRID).nearest(24, 26).id).toBe('d');
  expect(storeOf().nearest(1, 1)).toBeNull();
});

test('replacing forgets what was there, drops degenerate rings and grows the version', () => {
  const store = storeOf(...GRID);
  const before = store.version;
  store.replace([square('x', 0, 0, 5), { id: 'line', rings: [Float32Array.of(0, 0, 5, 5)] }, { id: 'none', rings: [] }]);
  expect(store.size).toBe(1);
  expect(store.get('a')).toBeUndefined();
  expect(store.within([0, 0, 100, 100]).map(polygon => polygon.id)).toEqual(['x']);
  expect(store.version).toBeGreaterThan(before);
});

test('a change takes out, puts in and replaces without touching the others', () => {
  const store = storeOf(...GRID);
  const untouched = store.get('d');
  store.change({ removed: ['a', 'never there'], added: [square('b', 21, 0, 10), square('ab', 40, 40, 5)] });
  expect(store.polygons.map(({ id, order }) => [id, order])).toEqual([['ab', 0], ['b', 1], ['c', 2], ['d', 3]]);
  expect(store.get('d')).toBe(untouched);
  expect(store.at(5, 5)).toBeNull();
  expect(store.at(30.5, 5).id).toBe('b');
  expect(store.step('ab', 1).id).toBe('b');
});

test('painters learn where something changed, or that everything did', () => {
  const store = storeOf(...GRID);
  const { version } = store;
  expect(store.touchedSince(version)).toEqual([]);
  store.change({ removed: ['a'], added: [square('x', 50, 50, 10)] });
  store.change({ removed: ['b'] });
  expect(store.touchedSince(version)).toEqual([[0, 0, 10, 10], [50, 50, 60, 60], [20, 0, 30, 10]]);
  expect(store.touchedSince(version + 1)).toEqual([[20, 0, 30, 10]]);
  store.replace(GRID);
  expect(store.touchedSince(version)).toBeNull();
  for (let i = 0; i < 70; i++) store.change({ added: [square('y', i, 0, 1)] });
  expect(store.touchedSince(store.version - 70)).toBeNull();
});

test('hidden objects are neither painted nor hit, and are marked where they come and go', () => {
  const store = storeOf(...GRID);
  const { version } = store;
  store.hide(['a']);
  store.hide(['a']);
  expect(store.version).toBe(version + 1);
  expect(store.within([0, 0, 100, 100]).map(({ id }) => id)).toEqual(['b', 'c', 'd']);
  expect(store.at(5, 5)).toBeNull();
  store.hide([]);
  expect(store.at(5, 5).id).toBe('a');
  expect(store.touchedSince(version)).toEqual([[0, 0, 10, 10], [0, 0, 10, 10]]);
});
