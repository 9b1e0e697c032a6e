import { expect, test } from 'bun:test';
import { Desk } from './desk.js';

test('a listener hears each new value of its name, and no other', () => {
  const desk = new Desk();
  const heard = [];
  const stop = desk.listen('tool', value => heard.push(value));
  desk.set('tool', 'slice');
  desk.set('tool', 'slice');
  desk.set('selection', ['a']);
  desk.set('tool', 'merge');
  stop();
  desk.set('tool', 'select');
  expect(heard).toEqual(['slice', 'merge']);
  expect(desk.get('tool')).toBe('select');
});

test('a listener may end itself while it is called', () => {
  const desk = new Desk();
  const heard = [];
  const stop = desk.listen('tool', () => { heard.push('once'); stop(); });
  desk.listen('tool', value => heard.push(value));
  desk.set('tool', 'slice');
  desk.set('tool', 'merge');
  expect(heard).toEqual(['once', 'slice', 'merge']);
});
