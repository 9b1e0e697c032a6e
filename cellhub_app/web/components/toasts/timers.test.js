import { expect, test } from 'bun:test';
import { hold, LIFETIME_MS, lifetimeOf, remaining, resume, spokenText, startCountdown, UNDO_LIFETIME_MS } from './timers.js';

test('a countdown runs down and never below zero', () => {
  const countdown = startCountdown(6000, 1000);
  expect(remaining(countdown, 3500)).toBe(3500);
  expect(remaining(countdown, 9000)).toBe(0);
});

test('a held countdown stands still and goes on where it stopped', () => {
  const held = hold(startCountdown(6000, 0), 2000);
  expect(remaining(held, 60000)).toBe(4000);
  const again = resume(held, 60000);
  expect(remaining(again, 61000)).toBe(3000);
});

test('holding or resuming twice changes nothing', () => {
  const held = hold(startCountdown(6000, 0), 2000);
  expect(hold(held, 5000)).toBe(held);
  const running = resume(held, 5000);
  expect(resume(running, 9000)).toBe(running);
});

test('errors stay until they are dismissed', () => {
  expect(lifetimeOf({ kind: 'error' })).toBeNull();
  expect(lifetimeOf({ kind: 'success' })).toBe(LIFETIME_MS);
  expect(lifetimeOf({ kind: 'info' })).toBe(LIFETIME_MS);
});

test('warnings stay too, and what leads somewhere can be followed for ten seconds', () => {
  expect(lifetimeOf({ kind: 'warning', href: '/queue' })).toBeNull();
  expect(lifetimeOf({ kind: 'success', href: '/queue' })).toBe(UNDO_LIFETIME_MS);
});

test('what can be taken back can be for ten seconds', () => {
  expect(lifetimeOf({ kind: 'success', action_label: 'Undo' })).toBe(UNDO_LIFETIME_MS);
  expect(UNDO_LIFETIME_MS).toBe(10_000);
});

test('the spoken text is made of sentences', () => {
  expect(spokenText({ title: '3 images deleted', detail: 'They can be brought back for 30 days.' }))
    .toBe('3 images deleted. They can be brought back for 30 days.');
  expect(spokenText({ title: 'Saved', detail: '' })).toBe('Saved.');
});
