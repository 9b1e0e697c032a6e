import { expect, test } from 'bun:test';
import { heightOf, MOST_PX, pagesOf, ROW_PX, scrollTo, windowAt } from './window.js';

test('a short table draws what is in view and a little around it', () => {
  expect(windowAt(0, 320, 1000)).toEqual({ first: 0, count: 23, top: 0 });
  const { first, count, top } = windowAt(3200, 320, 1000);
  expect([first, top]).toEqual([94, 94 * ROW_PX]);
  expect(first + count).toBeGreaterThanOrEqual(111);
  expect(windowAt(999_999, 320, 3).count).toBeLessThanOrEqual(6);
});

test('a million rows are reached from the first to the last', () => {
  const total = 1_000_000;
  expect(heightOf(total)).toBe(MOST_PX);
  expect(windowAt(0, 320, total).first).toBe(0);
  const end = windowAt(MOST_PX - 320, 320, total);
  expect(end.first + end.count).toBe(total);
  const middle = windowAt((MOST_PX - 320) / 2, 320, total);
  expect(Math.abs(middle.first - total / 2)).toBeLessThan(10);
  expect(middle.top).toBeLessThanOrEqual((MOST_PX - 320) / 2);
});

test('a row that is out of view is scrolled to, also among a million', () => {
  expect(scrollTo(5, 0, 320, 100)).toBe(null);
  expect(scrollTo(50, 0, 320, 100)).toBe(51 * ROW_PX - 320);
  expect(scrollTo(2, 500, 320, 100)).toBe(2 * ROW_PX);
  const { first, count } = windowAt(scrollTo(700_000, 0, 320, 1_000_000), 320, 1_000_000);
  expect(first <= 700_000 && first + count > 700_000).toBe(true);
});

test('a window asks for the pages that it lies on', () => {
  expect(pagesOf({ first: 95, count: 20 }, 100)).toEqual([0, 1]);
  expect(pagesOf({ first: 0, count: 100 }, 100)).toEqual([0]);
  expect(pagesOf({ first: 0, count: 0 }, 100)).toEqual([]);
});
