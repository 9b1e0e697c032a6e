import { expect, test } from 'bun:test';
import { formatsText, isSystemFile, nextBatch, refusalOf, sizeText } from './plan.js';

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
  expect(refusalOf({ name: 'film.tif', size: 31.2 * MB }, LIMITS)).toBe('film.tif is too large: 31.2 MB, and one file may have 20 MB.');
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

const files = (count, size) => Array.from({ length: count }, (_, i) => ({ name: `f${i}.png`, size }));

test('a request takes up to fifty files or eight megabytes', () => {
  expect(nextBatch(files(120, 1000))).toHaveLength(50);
  expect(nextBatch(files(120, 1e6))).toHaveLength(8);
});

test('a larger file goes alone', () => {
  expect(nextBatch([{ name: 'big.tif', size: 15e6 }, ...files(3, 10)])).toEqual([0]);
  expect(nextBatch([...files(3, 10), { name: 'big.tif', size: 15e6 }])).toEqual([0, 1, 2]);
});

test('two files of one name never share a request', () => {
  const items = [{ name: 'A01.tif', size: 1 }, { name: 'A01.tif', size: 1 }, { name: 'A02.tif', size: 1 }];
  expect(nextBatch(items)).toEqual([0, 2]);
});

test('every file gets its turn exactly once', () => {
  let left = files(137, 1).map((file, i) => ({ name: i % 9 === 0 ? 'same.png' : file.name, size: (i * 7919) % 3e6 }));
  let sent = 0;
  while (left.length > 0) {
    const chosen = nextBatch(left);
    expect(chosen.length).toBeGreaterThan(0);
    const bytes = chosen.reduce((sum, place) => sum + left[place].size, 0);
    expect(chosen.length === 1 || bytes <= 8e6).toBe(true);
    sent += chosen.length;
    left = left.filter((_, place) => !chosen.includes(place));
  }
  expect(sent).toBe(137);
});

test('no files make no request', () => {
  expect(nextBatch([])).toEqual([]);
});
