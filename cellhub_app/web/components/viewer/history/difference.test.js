import { expect, test } from 'bun:test';
import { PolygonsUnreadable } from '../codec.js';
import { decodeDifference, tallyOf } from './difference.js';

/** A collection of triangles, one for each pair of coordinates in 1/16 px. */
function collection(...corners) {
  const records = corners.flatMap(([x, y], index) => {
    const polygon = [1, 3, 2 * x, 2 * y, 32, 0, 0, 32];
    return [...Array(15).fill(0), index, ...Array(12).fill(0), 1, 0, 0, 0, polygon.length, 0, 0, 0, ...polygon];
  });
  return [...'CHP1'].map(letter => letter.charCodeAt(0)).concat([9, 0, 0, 0, corners.length, 0, 0, 0], records);
}

function difference(...parts) {
  const bytes = [...'CHD1'].map(letter => letter.charCodeAt(0)).concat([3, 0, 0, 0, 9, 0, 0, 0]);
  for (const part of parts) bytes.push(part.length, 0, 0, 0, ...part);
  return new Uint8Array(bytes).buffer;
}

test('the four parts of a difference are told apart', () => {
  const found = decodeDifference(difference(collection([1, 1], [2, 2]), collection([3, 3]), collection(), collection()));
  expect([found.start, found.end]).toEqual([3, 9]);
  expect(tallyOf(found)).toEqual({ added: 2, removed: 1, changed: 0 });
  expect(found.removed[0].bounds).toEqual([3 / 16, 3 / 16, 19 / 16, 19 / 16]);
});

test('what was changed is counted by what it became', () => {
  const found = decodeDifference(difference(collection(), collection(), collection([1, 1]), collection([1, 1], [5, 5])));
  expect(tallyOf(found)).toEqual({ added: 0, removed: 0, changed: 2 });
});

test('bytes that end early or are something else are refused', () => {
  const whole = difference(collection([1, 1]), collection(), collection(), collection());
  expect(() => decodeDifference(whole.slice(0, 40))).toThrow(PolygonsUnreadable);
  expect(() => decodeDifference(whole.slice(0, whole.byteLength - 13))).toThrow(PolygonsUnreadable);
  expect(() => decodeDifference(new ArrayBuffer(12))).toThrow(PolygonsUnreadable);
});
