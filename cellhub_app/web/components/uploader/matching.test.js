import { expect, test } from 'bun:test';
import { matchFiles } from './matching.js';

const file = (name, size = 10, lastModified = 5) => ({ name, size, lastModified });
const known = (index, path, { size = 10, lastModified = 5, state = 'needed' } = {}) => ({
  index, name: path.split('/').at(-1), path, size, lastModified, state, reason: null,
});
const chosen = (path, ...about) => ({ file: file(path.split('/').at(-1), ...about), path });

test('the same folder chosen again is the same files, each with what the server has of it', () => {
  const session = [known(0, 'plate/A01.tif', { state: 'received' }), known(1, 'plate/A02.tif')];
  const { matched, others } = matchFiles([chosen('plate/A02.tif'), chosen('plate/A01.tif')], session);
  const told = matched.map(({ path, index, state }) => `${path} ${index} ${state}`);
  expect(told).toEqual(['plate/A01.tif 0 received', 'plate/A02.tif 1 needed']);
  expect(others).toEqual([]);
});

test('files of one name in several folders are told apart', () => {
  const session = [known(0, 'a/A01.tif'), known(1, 'b/A01.tif')];
  const { matched } = matchFiles([chosen('b/A01.tif')], session);
  expect(matched.map(({ index }) => index)).toEqual([1]);
});

test('the inner folder or a copy will do: name and size', () => {
  const session = [known(0, 'plate/A01.tif')];
  expect(matchFiles([chosen('A01.tif', 10, 99)], session).matched).toHaveLength(1);
  expect(matchFiles([chosen('A01.tif', 11)], session).matched).toHaveLength(0);
});

test('a loose match never takes the place of an exact one', () => {
  const session = [known(0, 'A01.tif'), known(1, 'b/A01.tif')];
  const { matched } = matchFiles([chosen('x/A01.tif'), chosen('A01.tif')], session);
  expect(matched.map(({ path, index }) => [path, index])).toEqual([['A01.tif', 0], ['x/A01.tif', 1]]);
});

test('one file of the session is matched once; strangers and unreadable files are left', () => {
  const session = [known(0, 'A01.tif')];
  const twice = [chosen('A01.tif'), chosen('copy/A01.tif'), chosen('new.tif'), { file: null, path: 'locked.tif' }];
  const { matched, others } = matchFiles(twice, session);
  expect(matched).toHaveLength(1);
  expect(others.map(({ path }) => path)).toEqual(['copy/A01.tif', 'new.tif', 'locked.tif']);
});

test('fifty thousand files are matched in an instant', () => {
  const paths = Array.from({ length: 50_000 }, (_, i) => `plate/${i}.tif`);
  const started = performance.now();
  const { matched } = matchFiles(paths.map(path => chosen(path)), paths.map((path, index) => known(index, path)));
  expect(matched).toHaveLength(50_000);
  expect(performance.now() - started).toBeLessThan(2000);
});
