import { expect, test } from 'bun:test';
import { placeAfter, placeAt } from './place.js';

test('the divider follows the pointer and stops at the edges', () => {
  const box = { left: 100, width: 200 };
  expect(placeAt(200, box)).toBe(50);
  expect(placeAt(0, box)).toBe(0);
  expect(placeAt(900, box)).toBe(100);
  expect(placeAt(10, { left: 0, width: 0 })).toBe(50);
});

test('arrow keys move it a little, Home and End to the edges, other keys not at all', () => {
  expect(placeAfter('ArrowLeft', 50)).toBe(48);
  expect(placeAfter('ArrowRight', 99)).toBe(100);
  expect(placeAfter('Home', 50)).toBe(0);
  expect(placeAfter('End', 50)).toBe(100);
  expect(placeAfter('a', 50)).toBe(null);
});
