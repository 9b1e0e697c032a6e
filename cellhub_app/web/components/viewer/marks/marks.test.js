import { afterEach, expect, test } from 'bun:test';
import { fetchMarks, pageUrl } from './marks.js';

const PLACE = { api: '/api/v1', projectId: 'p', imageId: 'i', where: 'area_um2:1..2,score:0.5..' };
const realFetch = globalThis.fetch;
afterEach(() => { globalThis.fetch = realFetch; });

test('every range is asked for, in pixels where it is in pixels', () => {
  const asked = new URL(pageUrl('/api/v1', 'p', 'i', PLACE.where, 'c'), 'http://x').searchParams;
  expect(asked.getAll('where')).toEqual(['area_um2:1..2', 'score:0.5..']);
  expect([asked.get('imageId'), asked.get('unit'), asked.get('cursor')]).toEqual(['i', null, 'c']);
  expect(new URL(pageUrl('/api/v1', 'p', 'i', 'perimeter_px:..9'), 'http://x').searchParams.get('unit')).toBe('px');
});

test('pages are read to the end', async () => {
  const pages = { '': { data: [{ id: 'a' }, { id: 'b' }], total: 3, hasMore: true, nextCursor: 'n' }, n: { data: [{ id: 'c' }], total: 3, hasMore: false } };
  globalThis.fetch = async url => Response.json(pages[new URL(url, 'http://x').searchParams.get('cursor') ?? '']);
  expect(await fetchMarks(PLACE)).toEqual({ ids: ['a', 'b', 'c'], total: 3 });
});

test('a range that fits no more is a sentence', async () => {
  globalThis.fetch = async () => Response.json({}, { status: 422 });
  await expect(fetchMarks(PLACE)).rejects.toThrow('does not fit this image');
});
