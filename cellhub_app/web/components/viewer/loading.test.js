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
