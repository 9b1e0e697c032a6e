import { expect, test } from 'bun:test';
import { filesFromDrop, filesFromInput, lookUp } from './entries.js';

const fileEntry = (fullPath, file = { name: fullPath.split('/').at(-1) }) => ({
  isDirectory: false, fullPath, file: (done, failed) => (file ? done(file) : failed(new Error('locked'))),
});

/** Gives its entries in portions of 100, as browsers do. */
const folderEntry = (fullPath, entries) => ({
  isDirectory: true,
  fullPath,
  createReader() {
    let at = 0;
    return { readEntries: done => { done(entries.slice(at, at + 100)); at += 100; } };
  },
});

const dropOf = (...entries) => ({ items: entries.map(entry => ({ webkitGetAsEntry: () => entry })), files: [] });

test('a folder is read to its end and its depth', async () => {
  const deep = folderEntry('/plate/inner', [fileEntry('/plate/inner/z.tif')]);
  const many = Array.from({ length: 250 }, (_, i) => fileEntry(`/plate/${i}.tif`));
  const found = await filesFromDrop(dropOf(folderEntry('/plate', [...many, deep]), fileEntry('/alone.png')));
  expect(found).toHaveLength(252);
  expect(found.map(({ path }) => path)).toContain('plate/inner/z.tif');
  expect(found.at(-1)).toEqual({ file: { name: 'alone.png' }, path: 'alone.png' });
});

test('an unreadable file is named, the others still come', async () => {
  const found = await filesFromDrop(dropOf(fileEntry('/locked.tif', null), fileEntry('/a.tif')));
  expect(found).toEqual([{ file: null, path: 'locked.tif' }, { file: { name: 'a.tif' }, path: 'a.tif' }]);
});

test('a browser without entries gives its plain files', async () => {
  expect(await filesFromDrop({ items: [{}], files: [{ name: 'a.png' }] })).toEqual([{ file: { name: 'a.png' }, path: 'a.png' }]);
});

test('a chosen folder keeps its paths', () => {
  expect(filesFromInput([{ name: 'a.png', webkitRelativePath: 'plate/a.png' }])[0].path).toBe('plate/a.png');
});

test('ten thousand files that each take a millisecond to look up never hold the page for long', async () => {
  let ms = 0;
  const turns = [];
  const file = { get size() { ms += 1; return 10; }, lastModified: 5 };
  const found = Array.from({ length: 10_000 }, () => ({ file, path: 'f.png' }));
  await lookUp([{ file: null, path: 'locked.png' }, ...found], { now: () => ms, turn: async () => { turns.push(ms); } });
  expect(ms).toBe(10_000);
  const gaps = turns.map((at, i) => at - (turns[i - 1] ?? 0));
  expect(Math.max(...gaps)).toBeLessThan(20);
});
