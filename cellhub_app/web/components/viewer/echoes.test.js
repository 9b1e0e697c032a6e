import { expect, test } from 'bun:test';
import { Echoes } from './echoes.js';

test('late answers to quick choices are echoes, one each', () => {
  const echoes = new Echoes();
  ['a', 'b', 'c'].forEach((id, i) => echoes.note(id, i));
  expect(echoes.isEcho('a', 10)).toBe(true);
  expect(echoes.isEcho('b', 11)).toBe(true);
  expect(echoes.isEcho('c', 12)).toBe(true);
  expect(echoes.isEcho('c', 13)).toBe(false);
});

test('answers that were left out are not waited for', () => {
  const echoes = new Echoes();
  ['a', 'b', 'c'].forEach(id => echoes.note(id, 0));
  expect(echoes.isEcho('c', 1)).toBe(true);
  expect(echoes.isEcho('a', 2)).toBe(false);
});

test('an id that was never sent is a wish of the page', () => {
  const echoes = new Echoes();
  echoes.note('a', 0);
  expect(echoes.isEcho('z', 1)).toBe(false);
});

test('a page that does not answer is forgotten', () => {
  const echoes = new Echoes();
  echoes.note('a', 0);
  expect(echoes.isEcho('a', 6000)).toBe(false);
});
