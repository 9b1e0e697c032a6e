import { expect, test } from 'bun:test';
import { covers, shiftTo, uncovered } from './coverage.js';

const ALL = [-Infinity, -Infinity, Infinity, Infinity];
const CACHE = { left: 100, top: 100, scale: 2, width: 1000, height: 800 };
const frame = (left, top) => ({ left, top, scale: 2, width: 600, height: 400 });

test('a cache covers a frame within it, and no other', () => {
  expect(covers(CACHE, frame(100, 100), ALL)).toBe(true);
  expect(covers(CACHE, frame(300, 300), ALL)).toBe(true);
  expect(covers(CACHE, frame(99, 100), ALL)).toBe(false);
  expect(covers(CACHE, frame(301, 100), ALL)).toBe(false);
  expect(covers(CACHE, frame(100, 301), ALL)).toBe(false);
});

test('where there is nothing, nothing has to be covered', () => {
  expect(covers(CACHE, frame(0, 0), [100, 100, 600, 500])).toBe(true);
  expect(covers(CACHE, frame(0, 0), [99, 100, 600, 500])).toBe(false);
});

test('a cache moves by whole px until the frame is in its middle', () => {
  expect(shiftTo(CACHE, frame(200, 200))).toEqual([0, 0]);
  expect(shiftTo(CACHE, frame(250.2, 150))).toEqual([100, -100]);
});

test('what comes into view is painted once, however it moved', () => {
  const area = boxes => boxes.reduce((sum, [, , width, height]) => sum + width * height, 0);
  expect(uncovered([0, 0], 100, 80)).toEqual([]);
  expect(uncovered([10, 0], 100, 80)).toEqual([[90, 0, 10, 80]]);
  expect(uncovered([-10, 0], 100, 80)).toEqual([[0, 0, 10, 80]]);
  expect(uncovered([0, 5], 100, 80)).toEqual([[0, 75, 100, 5]]);
  for (const moved of [[10, 5], [-10, 5], [10, -5], [-10, -5]]) expect(area(uncovered(moved, 100, 80))).toBe(100 * 80 - 90 * 75);
  expect(uncovered([-10, -5], 100, 80)).toEqual([[0, 0, 10, 80], [10, 0, 90, 5]]);
  expect(uncovered([100, 0], 100, 80)).toEqual([[0, 0, 100, 80]]);
});
