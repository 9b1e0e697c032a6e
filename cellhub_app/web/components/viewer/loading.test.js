import { afterEach, expect, test } from 'bun:test';
import { loadPolygons } from './loading.js';

const real = globalThis.fetch;
afterEach(() => { globalThis.fetch = real; });

function answering(status, type, body) {
  globalThis.fetch = async () => new Response(body, { status, headers: { 'content-type': type } });
}

const problem = detail => JSON.stringify({ detail, status: 503 });

test('what the server says for people is said', async () => {
  answering(503, 'application/problem+json', problem('No worker has tried this yet.'));
  expect(loadPolygons('/x')).rejects.toThrow('No worker has tried this yet.');
});

test('other failures are told in our own words', async () => {
  answering(500, 'application/problem+json', problem('secret'));
  expect(loadPolygons('/x')).rejects.toThrow("Couldn't load the outlines: the server had a problem.");
  answering(503, 'text/html', '<h1>Bad gateway</h1>');
  expect(loadPolygons('/x')).rejects.toThrow("Couldn't load the outlines: the server had a problem.");
});

test('an image without outlines is no failure', async () => {
  answering(404, 'application/problem+json', problem('none'));
  expect(await loadPolygons('/x')).toEqual({ revision: 0, objects: [], found: false });
});

const collection = revision => new Uint32Array([0x31504843, revision, 0]).buffer;

test('what the page asked for as it began to load is taken once, if it is new enough', async () => {
  const asked = [];
  globalThis.fetch = async url => { asked.push(url); return new Response(collection(7)); };
  const begin = () => { globalThis.cellhubHeadstart = new Map([['/x', Promise.resolve(collection(6))]]); };
  begin();
  expect((await loadPolygons('/x', undefined, 6)).revision).toBe(6);
  expect(asked).toEqual([]);
  expect((await loadPolygons('/x', undefined, 6)).revision).toBe(7);
  begin();
  expect((await loadPolygons('/x', undefined, 7)).revision).toBe(7);
  expect(asked).toEqual(['/x', '/x']);
  globalThis.cellhubHeadstart = new Map([['/x', Promise.resolve(null)]]);
  expect((await loadPolygons('/x')).revision).toBe(7);
  delete globalThis.cellhubHeadstart;
});
