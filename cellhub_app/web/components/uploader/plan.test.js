import { expect, test } from 'bun:test';
import { isSystemFile, nextBatch, pileFor, sizeText } from './plan.js';

const MB = 1024 * 1024;

test('what systems leave in folders is nobody\'s upload', () => {
  expect(['.DS_Store', '._a.tif', 'Thumbs.db', 'desktop.ini'].every(isSystemFile)).toBe(true);
  expect(isSystemFile('a.tif')).toBe(false);
});

test('sizes are short', () => {
  expect([12, 2048, 3.1 * MB, 1.5 * 1024 * MB].map(sizeText)).toEqual(['12 bytes', '2 KB', '3.1 MB', '1.5 GB']);
});

const pileOf = (...items) => ({ size: items.length, at: place => items[place] });
const files = (count, size, session = 's') => Array.from({ length: count }, (_, i) => ({ name: `f${i}.png`, size, session }));

test('a request takes up to fifty files or eight megabytes', () => {
  expect(nextBatch(pileOf(...files(120, 1000)))).toHaveLength(50);
  expect(nextBatch(pileOf(...files(120, 1e6)))).toHaveLength(8);
  expect(nextBatch(pileOf(...files(1, 9e6)))).toHaveLength(1);
  expect(nextBatch(pileOf())).toEqual([]);
});

test('a request never mixes upload sessions', () => {
  expect(nextBatch(pileOf(...files(3, 10, 'a'), ...files(3, 10, 'b')))).toHaveLength(3);
});

test('files of eight megabytes and more go alone', () => {
  expect([1, 8e6 - 1, 8e6, 1e9].map(size => pileFor({ size }))).toEqual(['small', 'small', 'large', 'large']);
});
