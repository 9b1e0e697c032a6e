import { expect, test } from 'bun:test';
import { commandFor } from './keys.js';

const press = (key, modifiers = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers });
const always = () => true;
const never = () => false;

test('arrows select in their direction and pan with shift', () => {
  expect(commandFor(press('ArrowLeft'), always)).toEqual({ name: 'select', direction: [-1, 0] });
  expect(commandFor(press('ArrowDown', { shiftKey: true }), always)).toEqual({ name: 'pan', direction: [0, 1] });
});

test('plus, minus, 0 and f zoom; n, p and Escape select', () => {
  const names = ['+', '=', '-', '0', 'f', 'F', 'n', 'p', 'Escape'].map(key => commandFor(press(key), always).name);
  expect(names).toEqual(['zoomIn', 'zoomIn', 'zoomOut', 'fit', 'fit', 'fit', 'next', 'previous', 'deselect']);
});

test('Tab walks while there is an object ahead and leaves otherwise', () => {
  expect(commandFor(press('Tab'), always)).toEqual({ name: 'next' });
  expect(commandFor(press('Tab', { shiftKey: true }), step => step < 0)).toEqual({ name: 'previous' });
  expect(commandFor(press('Tab'), never)).toBeNull();
});

test("the browser's and the page's own shortcuts stay theirs", () => {
  for (const modifiers of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }]) expect(commandFor(press('+', modifiers), always)).toBeNull();
  expect(commandFor(press('?'), always)).toBeNull();
});
