import { expect, test } from 'bun:test';
import { CAPTION_PX, focusAfter, GAP_PX, layoutFor, scrollToShow } from './layout.js';

test('as many columns as fit, filling the width', () => {
  const layout = layoutFor(1000, 160);
  expect(layout.columns).toBe(5);
  expect(layout.cellWidth * 5 + GAP_PX * 4).toBeLessThanOrEqual(1000);
  expect(layout.cellHeight).toBe(layout.cellWidth + CAPTION_PX);
});

test('a telephone still shows two in a row', () => {
  expect(layoutFor(328, 240)).toMatchObject({ columns: 2, cellWidth: 158 });
});

const grid = { columns: 4, rowsInView: 3, count: 18 };

test('arrows move by one and by a row, and stop at the edges', () => {
  expect(focusAfter('ArrowRight', 3, grid)).toBe(4);
  expect(focusAfter('ArrowLeft', 0, grid)).toBe(0);
  expect(focusAfter('ArrowDown', 5, grid)).toBe(9);
  expect(focusAfter('ArrowDown', 16, grid)).toBe(17);
  expect(focusAfter('ArrowUp', 2, grid)).toBe(2);
});

test('pages, Home and End move far', () => {
  expect(focusAfter('PageDown', 1, grid)).toBe(13);
  expect(focusAfter('PageUp', 6, grid)).toBe(2);
  expect(focusAfter('Home', 9, grid)).toBe(0);
  expect(focusAfter('End', 9, grid)).toBe(17);
});

test('the first key press starts at the first image, other keys move nothing', () => {
  expect(focusAfter('ArrowDown', -1, grid)).toBe(0);
  expect(focusAfter('x', 3, grid)).toBeNull();
});

test('scrolling shows a row with the least movement', () => {
  const layout = { columns: 4, rowHeight: 100 };
  expect(scrollToShow(0, layout, 250, 300)).toBe(0);
  expect(scrollToShow(12, layout, 250, 300)).toBe(250);
  expect(scrollToShow(24, layout, 250, 300)).toBe(400);
});
