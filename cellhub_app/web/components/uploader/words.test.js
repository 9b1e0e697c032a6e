import { expect, test } from 'bun:test';
import { headingOf, offerAdvice, offerText, progressText, titleOf } from './words.js';

const none = { waiting: 0, sending: 0, accepted: 0, duplicate: 0, refused: 0, failed: 0, cancelled: 0 };

test('the title says what happens, and at the end what became of all', () => {
  expect(titleOf({ ...none, isActive: true, total: 10_000 })).toBe('Uploading 10,000 files');
  expect(titleOf({ ...none, isActive: true, isPaused: true, total: 3 })).toBe('Upload paused');
  expect(titleOf({ ...none, isActive: true, isCut: true, total: 3 })).toBe('Waiting for the server');
  expect(titleOf({ ...none, halt: {}, total: 3 })).toBe('Upload stopped');
  expect(titleOf({ ...none, accepted: 1, duplicate: 12, refused: 2 })).toBe('1 image added, 12 already here, 2 refused');
});

test('groups are named', () => {
  expect(headingOf('duplicate', 12)).toBe('12 are already here');
  expect(headingOf('duplicate', 1)).toBe('1 is already here');
  expect(headingOf('failed', 1)).toBe('1 file not sent');
});

test('progress has figures while something moves', () => {
  const snapshot = { ...none, accepted: 30, refused: 1, total: 100, bytesTotal: 30e6, bytesSent: 10e6, bytesPerSecond: 2e6 };
  expect(progressText(snapshot)).toBe('31 of 100 · 2.0 MB/s · about 10 s left');
  expect(progressText({ ...snapshot, isPaused: true })).toBe('31 of 100');
  expect(progressText({ ...snapshot, isCut: true })).toContain('by itself');
});

test('an upload that stopped says where', () => {
  expect(offerText({ counts: { needed: 120, received: 175, duplicate: 3, refused: 2 } })).toBe('An upload of 300 files stopped at 180.');
  expect(offerText({ counts: { needed: 3, received: 0, duplicate: 0, refused: 0 } })).toContain('before the first');
  expect(offerAdvice({ handles: [] })).toContain('Choose the same files or folder again');
  expect(offerAdvice({ handles: [{ name: 'plate 7' }] })).toContain('plate 7');
});
