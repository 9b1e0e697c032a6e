import { expect, test } from 'bun:test';
import { formOf, refusalOf } from './sending.js';

const file = (name) => new File(['{}'], name);

test('the form says how the files are to be read', () => {
  const form = formOf([file('a.json'), file('b.json')], 'coco', 'add');
  expect([form.get('format'), form.get('mode')]).toEqual(['coco', 'add']);
  expect(form.getAll('files').map((one) => one.name)).toEqual(['a.json', 'b.json']);
});

test('what was taken is no refusal', async () => {
  expect(await refusalOf('/x', new FormData(), 'failed', async () => new Response('{}', { status: 202 }))).toBe('');
});

test('a refusal is told in the words of the server', async () => {
  const problem = new Response(JSON.stringify({ detail: 'Choose at least one file.' }), { status: 422 });
  expect(await refusalOf('/x', new FormData(), 'failed', async () => problem)).toBe('Choose at least one file.');
});

test('without an answer there are words of our own', async () => {
  const broken = async () => { throw new TypeError('offline'); };
  expect(await refusalOf('/x', new FormData(), 'failed', broken)).toBe('failed');
  expect(await refusalOf('/x', new FormData(), 'failed', async () => new Response('<html>', { status: 502 }))).toBe('failed');
});
