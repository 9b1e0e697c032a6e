import { expect, test } from 'bun:test';
import { correctedBy, isWrong, labelOf, placedOf, placesOf, shownOf } from './places.js';

const ROW = { imageId: 'i', name: 'P1_A01_1.png', plate: 'P1', well: 'A01', condition: null, replicate: 'P1 A01' };

test('a corrected well takes along the replicate that followed from it', () => {
  expect(placedOf(ROW, { well: ' b2 ' })).toEqual({ imageId: 'i', plate: 'P1', well: 'b2', condition: null, replicate: '' });
  expect(placedOf({ ...ROW, replicate: 'mouse 3' }, { well: 'B2' }).replicate).toBe('mouse 3');
  expect(placedOf(ROW, { replicate: 'day 2' }).replicate).toBe('day 2');
});

test('a condition that nobody speaks of is kept, and an emptied one goes', () => {
  expect(placedOf(ROW, { plate: 'P2' }).condition).toBe(null);
  expect(placedOf({ ...ROW, condition: 'late' }, { plate: 'P2' }).condition).toBe('late');
  expect(placedOf({ ...ROW, condition: 'late' }, { condition: '' }).condition).toBe('');
});

test('a correction back to what was read is none', () => {
  const once = correctedBy(new Map(), ROW, 'well', 'B02');
  expect(placesOf(once)).toHaveLength(1);
  const twice = correctedBy(once, ROW, 'condition', 'control');
  expect(shownOf(ROW, twice.get('i').parts, 'well')).toBe('B02');
  expect(placesOf(correctedBy(correctedBy(twice, ROW, 'well', 'A01'), ROW, 'condition', ''))).toEqual([]);
});

test('a well that no plate has is seen before anything is sent', () => {
  expect([isWrong({ well: 'Z9' }), isWrong({ well: '' }), isWrong({ well: 'h12' }), isWrong(undefined)]).toEqual([true, false, false, false]);
  expect([labelOf('P1', 'a1'), labelOf('', 'A1'), labelOf('P1', '')]).toEqual(['P1 A01', 'A01', '']);
});
