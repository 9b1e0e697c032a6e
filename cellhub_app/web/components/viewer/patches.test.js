import { expect, test } from 'bun:test';
import { patchesOf } from './patches.js';

const CACHE = { canvas: { width: 1000, height: 800 }, left: 100, top: 50, scale: 2 };

test('a box becomes whole px of the canvas with room for the line, and bounds that hold the neighbours', () => {
  const [[x, y, width, height, bounds]] = patchesOf([[110.2, 60, 120, 70]], CACHE, 3);
  expect([x, y, width, height]).toEqual([16, 16, 28, 28]);
  expect(bounds).toEqual([106, 56, 124, 74]);
});

test('what lies outside of the picture needs no paint, what leaves it is cut', () => {
  expect(patchesOf([[0, 0, 50, 40]], CACHE, 3)).toEqual([]);
  expect(patchesOf([[90, 40, 110, 60]], CACHE, 3)[0].slice(0, 4)).toEqual([0, 0, 24, 24]);
});

test('everything is painted when it is unknown what changed, or when most of it did', () => {
  expect(patchesOf(null, CACHE, 3)).toBeNull();
  expect(patchesOf(Array(41).fill([110, 60, 111, 61]), CACHE, 3)).toBeNull();
  expect(patchesOf([[0, 0, 4000, 4000], [300, 300, 310, 310]], CACHE, 3)).toBeNull();
});
