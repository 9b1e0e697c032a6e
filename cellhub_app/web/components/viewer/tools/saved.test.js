import { expect, test } from 'bun:test';
import { savedWords } from './saved.js';

test('the state is told in words, with how many edits wait', () => {
  expect(savedWords({ name: 'saved', pending: 0 }).word).toBe('Saved');
  expect(savedWords({ name: 'saving', pending: 1 }).word).toBe('Saving');
  expect(savedWords({ name: 'offline', pending: 3 }).word).toBe('Offline: 3 edits kept');
  expect(savedWords({ name: 'offline', pending: 1 }).word).toBe('Offline: 1 edit kept');
  expect(savedWords({ name: 'refused', pending: 1, sentence: 'Why.' })).toEqual({ word: 'Not saved', detail: 'Why.', kind: 'problem' });
});
