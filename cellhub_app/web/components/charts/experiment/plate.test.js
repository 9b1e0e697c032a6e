import { expect, test } from 'bun:test';
import { between, conditionsOf, LAYOUTS, movedBy, nameOf, SIZES, smallestFor, wellOf } from './plate.js';

test('wells are named as microscopes name them, and read back', () => {
  expect([nameOf(0, 0), nameOf(1, 2), nameOf(15, 23)]).toEqual(['A01', 'B03', 'P24']);
  for (const name of ['B03', 'b3', ' B003 ']) expect(wellOf(name)).toEqual([1, 2]);
  for (const name of ['', 'Q1', 'A0', 'A25', '3B', 'AA1']) expect(wellOf(name)).toBe(null);
});

test('every plate has as many wells as its name says', () => {
  for (const size of SIZES) expect(LAYOUTS[size][0] * LAYOUTS[size][1]).toBe(size);
  expect([smallestFor([]), smallestFor(['B03']), smallestFor(['B03', 'H12']), smallestFor(['I1'])]).toEqual([6, 6, 96, 384]);
});

test('a drag takes the rectangle between its ends, whichever way it goes', () => {
  expect(between([0, 1], [1, 2])).toEqual(['A02', 'A03', 'B02', 'B03']);
  expect(between([1, 2], [0, 1])).toEqual(between([0, 1], [1, 2]));
  expect(between([3, 3], [3, 3])).toEqual(['D04']);
});

test('keys lead from well to well and never off the plate', () => {
  expect(movedBy('ArrowDown', [0, 0], 96)).toEqual([1, 0]);
  expect(movedBy('ArrowUp', [0, 0], 96)).toEqual([0, 0]);
  expect(movedBy('ArrowRight', [0, 11], 96)).toEqual([0, 11]);
  expect(movedBy('End', [2, 0], 96)).toEqual([2, 11]);
  expect(movedBy('End', [2, 0], 96, true)).toEqual([7, 11]);
  expect(movedBy('Home', [2, 5], 96, true)).toEqual([0, 0]);
  expect(movedBy('x', [2, 0], 96)).toBe(null);
});

test('what is painted shows before the server has said so, and an empty condition takes it away', () => {
  const painted = new Map([['A01', 'taxol'], ['A02', '']]);
  expect(conditionsOf({ conditions: ['control'] }, 'A01', painted)).toEqual(['taxol']);
  expect(conditionsOf({ conditions: ['control'] }, 'A02', painted)).toEqual([]);
  expect(conditionsOf({ conditions: ['control', 'late'] }, 'A03', painted)).toEqual(['control', 'late']);
  expect(conditionsOf(undefined, 'A04', painted)).toEqual([]);
});
