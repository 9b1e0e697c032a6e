import { expect, test } from 'bun:test';
import { agoText, countsOf, deedOf, detailsOf, makerOf, stepText } from './words.js';

const now = Date.parse('2026-11-22T12:00:00Z');
const before = seconds => agoText(now - seconds * 1000, now);

test('how long ago is said in the unit a person would use', () => {
  expect([0, 60, 180, 3600, 7200, 86400, 3 * 86400, 60 * 86400, 800 * 86400].map(before)).toEqual(
    ['just now', '1 min ago', '3 min ago', '1 h ago', '2 h ago', '1 day ago', '3 days ago', '2 months ago', '2 years ago'],
  );
});

test('a clock that is behind says just now', () => {
  expect(before(-30)).toBe('just now');
});

test('what was changed is neither added nor removed', () => {
  const texts = countsOf({ added: 3, removed: 4, changed: 1, replaced: 2 }).map(count => count.text);
  expect(texts).toEqual(['+2', '−2', '~1']);
  expect(countsOf({ added: 1, removed: 1, changed: 1, replaced: 1 }).map(count => count.spoken)).toEqual(['1 changed']);
});

test('a model is named by its title, a person by name, who left by neither', () => {
  expect(makerOf({ kind: 'model', model: 'unet' }, { unet: 'U-Net' })).toBe('U-Net');
  expect(makerOf({ kind: 'model', model: 'gone' }, {})).toBe('gone');
  expect(makerOf({ kind: 'edit', authorName: 'Vera' })).toBe('Vera');
  expect(makerOf({ kind: 'edit', authorName: null })).toBe('somebody who has left');
});

test('a deed says who asked for a run and what was restored', () => {
  expect(deedOf({ kind: 'model', startedBy: 'Ada' })).toBe('segmented, asked by Ada');
  expect(deedOf({ kind: 'restore', restoredFrom: 4 })).toBe('restored revision 4');
  expect(deedOf({ kind: 'edit', note: 'Slice' })).toBe('Slice');
});

test('a step tells the weights, the parameters and the score', () => {
  const revision = { kind: 'model', model: 'unet', weightsSha256: 'a41f09c2ffff', parameters: { threshold: 0.45, channel: 0, minAreaPx: 30 } };
  expect(detailsOf({ revision, score: 0.9123 })).toEqual(['weights a41f09c2', 'threshold 0.45', 'at least 30 px²', 'score 0.91']);
  expect(stepText({ how: 'found', revision }, { unet: 'U-Net' })).toBe('Found by U-Net');
});
