import { expect, test } from 'bun:test';
import { Desk } from '../desk.js';
import { holderOf, mayEdit } from './locks.js';

const vera = { id: 'v', name: 'Vera', objectId: 'a', isEditing: true };
const ada = { id: 'a', name: 'Ada', objectId: 'b', isEditing: false };

function deskWith(...people) {
  const desk = new Desk();
  desk.set('people', people);
  return desk;
}

test('only who changes an object holds it', () => {
  expect(holderOf([ada, vera], ['x', 'a'])).toBe(vera);
  expect(holderOf([ada, vera], ['b'])).toBe(null);
  expect(holderOf(undefined, ['b'])).toBe(null);
});

test('an object that nobody changes may be changed without a question', async () => {
  const desk = deskWith(ada, vera);
  expect(await mayEdit(desk, ['b'])).toBe(true);
  expect(desk.get('question')).toBe(undefined);
});

test('an object that somebody changes is asked about, and the answer counts', async () => {
  const desk = deskWith(vera);
  for (const answer of [true, false]) {
    const asked = mayEdit(desk, ['a']);
    expect(desk.get('question').sentence).toBe('Vera is editing this object.');
    desk.get('question').answer(answer);
    expect(await asked).toBe(answer);
    expect(desk.get('question')).toBe(null);
  }
});

test('a second question ends the first with no', async () => {
  const desk = deskWith(vera);
  const first = mayEdit(desk, ['a']);
  const second = mayEdit(desk, ['a']);
  desk.get('question').answer(true);
  expect([await first, await second]).toEqual([false, true]);
});
