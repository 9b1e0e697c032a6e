import { expect, test } from 'bun:test';
import { isFiltered, overlayUrl, pageUrl, problemOf, thumbnailUrl } from './requests.js';

test('filters go into the address, empty ones do not', () => {
  const url = new URL(pageUrl('p1', { status: 'done', q: 'plate 7 & 8', tag: '', sort: null }, 'c=1', 100), 'http://here');
  expect(url.pathname).toBe('/api/v1/projects/p1/images');
  expect(Object.fromEntries(url.searchParams)).toEqual({ limit: '100', status: 'done', q: 'plate 7 & 8', cursor: 'c=1' });
  expect(pageUrl('p1', undefined, null, 200)).toBe('/api/v1/projects/p1/images?limit=200');
});

test('every filter hides images, an order and the trash do not', () => {
  for (const name of ['status', 'q', 'tag', 'flaw', 'holding', 'minObjects', 'maxObjects']) expect(isFiltered({ [name]: 'x' })).toBe(true);
  expect([isFiltered({ minObjects: 0 }), isFiltered({ flaw: '', sort: 'name', trashed: 'true' }), isFiltered(undefined)]).toEqual([true, false, false]);
});

test('visitors ask below an address of their own', () => {
  const shared = '/api/v1/shared/l1';
  expect(pageUrl('p1', undefined, null, 200, shared)).toBe('/api/v1/shared/l1/projects/p1/images?limit=200');
  expect(thumbnailUrl({ id: 'i' }, shared)).toBe('/api/v1/shared/l1/images/i/thumbnail');
  expect(overlayUrl({ id: 'i', revision: 2 }, shared)).toBe('/api/v1/shared/l1/images/i/overlay?revision=2');
});

test('another revision, or another job where none is known, makes another overlay address', () => {
  const image = { id: 'i', segmentation: { jobId: 'j1' } };
  expect(overlayUrl(image)).not.toBe(overlayUrl({ ...image, segmentation: { jobId: 'j2' } }));
  expect(overlayUrl({ ...image, revision: 3 })).toBe('/api/v1/images/i/overlay?revision=3');
});

test('after an edit the outlines of before stay until those of now are drawn', () => {
  const before = { id: 'i', revision: 2, outlinesRevision: 2 };
  expect(overlayUrl({ ...before, revision: 4 })).toBe(overlayUrl(before));
  expect(overlayUrl({ ...before, revision: 4, outlinesRevision: 4 })).toBe('/api/v1/images/i/overlay?revision=4');
  expect(overlayUrl({ id: 'i', revision: 1, outlinesRevision: 0 })).toBe('');
});

test('a stack of which only other planes were segmented has no outlines to show', () => {
  expect(overlayUrl({ id: 'i', revision: 0, outlinesRevision: 0, segmentation: { jobId: 'j1' } })).toBe('');
});

test('problems are told in plain words', () => {
  for (const status of [401, 403, 404, 422, 429, 500, 503]) {
    expect(problemOf(status)).not.toMatch(/\d{3}|error|!/i);
  }
  expect(problemOf(401)).toContain('Sign in again');
});
