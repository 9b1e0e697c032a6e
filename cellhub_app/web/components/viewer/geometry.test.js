import { expect, test } from 'bun:test';
import { boundsOf, containsPoint, polygonArea, reversed, ringArea, withWinding } from './geometry.js';

const SQUARE = [0, 0, 10, 0, 10, 10, 0, 10];
const HOLE = [2, 2, 2, 4, 4, 4, 4, 2];

test('a ring has a signed area that turns with its winding', () => {
  expect(ringArea(SQUARE)).toBe(100);
  expect(ringArea(reversed(SQUARE))).toBe(-100);
});

test('holes are taken off the area whatever their winding', () => {
  expect(polygonArea([SQUARE, HOLE])).toBe(96);
  expect(polygonArea([reversed(SQUARE), reversed(HOLE)])).toBe(96);
});

test('winding becomes exterior positive and holes negative', () => {
  for (const rings of [[SQUARE, HOLE], [reversed(SQUARE), reversed(HOLE)], [SQUARE, reversed(HOLE)]]) {
    const [exterior, hole] = withWinding(rings);
    expect(ringArea(exterior)).toBe(100);
    expect(ringArea(hole)).toBe(-4);
  }
});

test('the centre of a pixel decides, and holes are outside', () => {
  expect(containsPoint([SQUARE, HOLE], 0.5, 0.5)).toBe(true);
  expect(containsPoint([SQUARE, HOLE], 3, 3)).toBe(false);
  expect(containsPoint([SQUARE, HOLE], 10.5, 5)).toBe(false);
});

test('bounds hold every vertex', () => {
  expect(boundsOf([3, -1, 7, 4, 5, 9])).toEqual([3, -1, 7, 9]);
});
