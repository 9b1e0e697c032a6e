import { expect, test } from 'bun:test';
import { outcomeOf, retryAfterMs } from './outcome.js';

const answer = (status, body, more = {}) =>
  outcomeOf({ status, text: body === undefined ? '' : JSON.stringify(body), files: 3, nowMs: 0, ...more });

test('an answer tells of each file by its index', () => {
  const files = [{ index: 3, state: 'refused', reason: 'It ends early.' }];
  expect(answer(202, { accepted: [], refused: [], files })).toEqual({ kind: 'answered', id: null, files });
  expect(answer(201, { id: 'session', files })).toMatchObject({ id: 'session' });
  expect(answer(202, { accepted: [] }).kind).toBe('retry');
});

test('a page instead of an answer is tried again', () => {
  expect(outcomeOf({ status: 200, text: '<html>', files: 1, nowMs: 0 }).kind).toBe('retry');
});

test('a silent server is another matter than a busy one', () => {
  for (const status of [0, 502, 503, 504]) expect(answer(status).kind).toBe('lost');
  for (const status of [429, 500]) expect(answer(status).kind).toBe('retry');
  expect(answer(429, undefined, { retryAfter: '7' })).toMatchObject({ afterMs: 7000 });
});

test('signed out, not allowed and gone stop everything', () => {
  expect(answer(401)).toMatchObject({ kind: 'halted', signedOut: true });
  expect(answer(401).reason).toContain('Sign in again');
  expect(answer(403, { detail: 'You may only look.' })).toMatchObject({ kind: 'halted', signedOut: false, reason: 'You may only look.' });
  expect(answer(404)).toMatchObject({ kind: 'halted' });
});

test('a request that is too large is split, a file that is too large refused', () => {
  expect(answer(413)).toEqual({ kind: 'split' });
  expect(answer(413, { detail: 'At most 20 MB.' }, { files: 1 })).toEqual({ kind: 'refused', reason: 'At most 20 MB.' });
  expect(answer(422, { detail: 'No.' })).toEqual({ kind: 'refused', reason: 'No.' });
});

test('Retry-After is seconds or a date, and never endless', () => {
  expect(retryAfterMs('3', 0)).toBe(3000);
  expect(retryAfterMs('Thu, 01 Jan 1970 00:00:05 GMT', 1000)).toBe(4000);
  expect(retryAfterMs('99999', 0)).toBe(120e3);
  expect(retryAfterMs('soon', 0)).toBe(0);
  expect(retryAfterMs(null, 0)).toBe(0);
});

test('an upload that was discarded elsewhere is gone, not refused', () => {
  expect(answer(409, { code: 'uploadCancelled', detail: 'x' }).kind).toBe('gone');
  expect(answer(404, { code: 'uploadSessionNotFound' }).kind).toBe('gone');
});
