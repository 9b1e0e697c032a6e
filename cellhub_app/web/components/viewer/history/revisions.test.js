import { expect, test } from 'bun:test';
import { joined, joinsOn, sittings, summed } from './revisions.js';

const edit = (number, minute, authorId = 'vera') => (
  { number, kind: 'edit', authorId, createdAt: `2026-11-22T12:${String(minute).padStart(2, '0')}:00Z`, added: 1, removed: 1, changed: 1, replaced: 1 }
);
const model = number => ({ ...edit(number, 0, null), kind: 'model' });
const numbers = rows => rows.map(row => row.revisions.map(revision => revision.number));

test('edits of one person that follow each other closely are one row', () => {
  expect(numbers(sittings([edit(5, 30), edit(4, 9), edit(3, 5), edit(2, 1), model(1)]))).toEqual([[5], [4, 3, 2], [1]]);
});

test('edits of two people are never one row', () => {
  expect(numbers(sittings([edit(3, 3), edit(2, 2, 'ada'), edit(1, 1)]))).toEqual([[3], [2], [1]]);
});

test('runs of a model stay rows of their own', () => {
  expect(numbers(sittings([model(2), model(1)]))).toEqual([[2], [1]]);
});

test('a row keeps its key while edits are added to it', () => {
  expect(sittings([edit(3, 2), edit(2, 1)])[0].key).toBe(sittings([edit(2, 1)])[0].key);
});

test('a sitting adds up what its edits did', () => {
  expect(summed([edit(2, 1), edit(1, 0)])).toEqual({ added: 2, removed: 2, changed: 2, replaced: 2 });
});

test('a page that overlaps joins what is known once each', () => {
  expect(joined([edit(2, 1), edit(1, 0)], [edit(3, 2), edit(2, 1)]).map(one => one.number)).toEqual([3, 2, 1]);
});

test('a page far above what is known does not join it', () => {
  expect(joinsOn([edit(2, 1)], [edit(9, 9), edit(8, 8)])).toBe(false);
  expect(joinsOn([edit(2, 1)], [edit(4, 9), edit(3, 8)])).toBe(true);
});
