import { expect, test } from 'bun:test';
import { outcomeOf, reasonsFor, retryAfterMs } from './outcome.js';

const answer = (status, body, more = {}) => outcomeOf({ status, text: body === undefined ? '' : JSON.stringify(body), files: 3, nowMs: 0, ...more });

test('an answer names what was accepted and what was refused', () => {
  const refused = [{ name: 'b.tif', code: 'broken', detail: 'It ends early.' }];
  expect(answer(202, { accepted: [{ id: '1' }], refused })).toEqual({ kind: 'answered', accepted: [{ id: '1' }], refused });
  expect(answer(202, { accepted: [] })).toMatchObject({ refused: [] });
});

test('a page instead of an answer is tried again', () => {
  expect(outcomeOf({ status: 200, text: '<html>', files: 1, nowMs: 0 }).kind).toBe('retry');
});

test('broken connections, busy and failing servers are tried again', () => {
  for (const status of [0, 429, 500, 502, 503, 504]) expect(answer(status).kind).toBe('retry');
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

test('each file gets its own reason', () => {
  const accepted = [{ name: 'a.png' }];
  expect(reasonsFor(['a.png', 'b.png'], { accepted, refused: [{ name: 'b.png', detail: 'Broken.' }] })).toEqual(['', 'Broken.']);
});

test('a refusal under a tidied name goes to the file that was not accepted', () => {
  const accepted = [{ name: 'a.png' }];
  expect(reasonsFor(['a.png', 'b\u0007.png'], { accepted, refused: [{ name: 'b.png', detail: 'Broken.' }] })).toEqual(['', 'Broken.']);
});

test('a file accepted under a tidied name is accepted', () => {
  expect(reasonsFor(['b\u0007.png'], { accepted: [{ name: 'b.png' }], refused: [] })).toEqual(['']);
});
