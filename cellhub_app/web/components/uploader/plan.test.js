import { expect, test } from 'bun:test';
import { formatsText, isSystemFile, nextBatch, pileFor, refusalOf, sizeText } from './plan.js';

const LIMITS = { accept: ['.png', '.tif', '.tiff', '.jpg', '.jpeg', '.bmp'], maxFileMb: 20 };
const MB = 1024 * 1024;

test('images within the limit may go, whatever the case of their extension', () => {
  expect(refusalOf({ name: 'plate_07.A01.TIF', size: 5 * MB }, LIMITS)).toBe('');
  expect(refusalOf({ name: 'a.png', size: 20 * MB }, LIMITS)).toBe('');
});

test('each refusal names the file and says what to do or what the limit is', () => {
  expect(refusalOf({ name: 'notes.txt', size: 10 }, LIMITS)).toBe('notes.txt is not an image that CellHub reads here. Choose PNG, TIFF, JPEG or BMP.');
  expect(refusalOf({ name: 'README', size: 10 }, LIMITS)).toContain('README is not an image');
  expect(refusalOf({ name: 'a.png', size: 0 }, LIMITS)).toBe('a.png is empty. Save or copy it again.');
  expect(refusalOf({ name: 'film.tif', size: 31.2 * MB }, LIMITS)).toBe('film.tif is too large: 31.2 MB, and one file may have 20.0 MB.');
});

test('what systems leave in folders is nobody\'s upload', () => {
  expect(['.DS_Store', '._a.tif', 'Thumbs.db', 'desktop.ini'].every(isSystemFile)).toBe(true);
  expect(isSystemFile('a.tif')).toBe(false);
});

test('formats are named once', () => {
  expect(formatsText(['.tif', '.tiff'])).toBe('TIFF');
  expect(formatsText(['.png', '.jpg', '.jpeg'])).toBe('PNG or JPEG');
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
