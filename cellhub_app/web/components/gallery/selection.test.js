import { expect, test } from 'bun:test';
import { allBut, everything, extended, isSelected, NOTHING, only, summary, toggled, without } from './selection.js';

const rows = ['a', 'b', 'c', 'd', 'e'].map(id => ({ id }));
const indexOf = new Map(rows.map((row, index) => [row.id, index]));
const ids = selection => [...selection.ids].sort();

test('a click selects one, ctrl adds and takes away', () => {
  let selection = only('b');
  selection = toggled(selection, 'd');
  expect(ids(selection)).toEqual(['b', 'd']);
  expect(ids(toggled(selection, 'b'))).toEqual(['d']);
});

test('shift extends from the anchor in both directions, and again from the same anchor', () => {
  const start = only('c');
  const down = extended(start, rows, indexOf, 4);
  expect(ids(down)).toEqual(['c', 'd', 'e']);
  expect(ids(extended(down, rows, indexOf, 1))).toEqual(['b', 'c']);
});

test('ctrl with shift keeps what was selected elsewhere', () => {
  const selection = toggled(only('a'), 'd');
  expect(ids(extended(selection, rows, indexOf, 4, { keep: true }))).toEqual(['a', 'd', 'e']);
});

test('shift without an anchor, or with one that is gone, selects the clicked one', () => {
  expect(ids(extended(NOTHING, rows, indexOf, 2))).toEqual(['c']);
  expect(ids(extended(only('gone'), rows, indexOf, 2))).toEqual(['c']);
});

test('all needs no ids and counts everything that matches', () => {
  expect(isSelected(everything(), 'anything')).toBe(true);
  expect(summary(everything(), 10000)).toEqual({ ids: [], all: true, count: 10000 });
});

test('all but one is spelled out', () => {
  expect(ids(allBut(rows, 'c'))).toEqual(['a', 'b', 'd', 'e']);
  expect(allBut(rows, 'c').all).toBe(false);
});

test('deleted images leave the selection', () => {
  expect(summary(without(toggled(only('a'), 'b'), ['b', 'z']), 5)).toEqual({ ids: ['a'], all: false, count: 1 });
  const untouched = only('a');
  expect(without(untouched, ['z'])).toBe(untouched);
});
