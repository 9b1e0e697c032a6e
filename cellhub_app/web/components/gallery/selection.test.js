import { expect, test } from 'bun:test';
import { everything, extended, isSelected, NOTHING, only, summary, toggled, without } from './selection.js';

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

test('all but some are all with exceptions, which come and go', () => {
  const allButTwo = toggled(toggled(everything(), 'c'), 'not loaded');
  expect(summary(allButTwo, 10000)).toEqual({ ids: ['c', 'not loaded'], all: true, count: 9998 });
  expect([isSelected(allButTwo, 'c'), isSelected(allButTwo, 'd')]).toEqual([false, true]);
  expect(summary(toggled(allButTwo, 'c'), 10000).count).toBe(9999);
});

test('ctrl with shift takes a range of exceptions back', () => {
  const selection = toggled(toggled(everything(), 'b'), 'd');
  expect(ids(extended(selection, rows, indexOf, 4, { keep: true }))).toEqual(['b']);
  expect(extended(selection, rows, indexOf, 4).all).toBe(false);
});

test('an exception that was deleted is none any more', () => {
  expect(summary(without(toggled(everything(), 'b'), ['b']), 9).count).toBe(9);
});

test('deleted images leave the selection', () => {
  expect(summary(without(toggled(only('a'), 'b'), ['b', 'z']), 5)).toEqual({ ids: ['a'], all: false, count: 1 });
  const untouched = only('a');
  expect(without(untouched, ['z'])).toBe(untouched);
});
