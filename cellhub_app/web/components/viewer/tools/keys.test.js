import { expect, test } from 'bun:test';
import { ACTIONS, TOOLS } from './catalog.js';
import { editorCommand } from './keys.js';

const press = (key, modifiers = {}) => editorCommand({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers });
const shift = { shiftKey: true };
const control = { ctrlKey: true };

test('every tool and action has a key of its own, whatever Caps Lock says', () => {
  const keys = [...TOOLS, ...ACTIONS].map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  for (const { key, name } of TOOLS) {
    expect(press(key)).toEqual({ name: 'tool', tool: name });
    expect(press(key.toUpperCase())).toEqual({ name: 'tool', tool: name });
  }
  for (const { key, name } of ACTIONS) expect(press(key)).toEqual({ name: 'action', action: name });
});

test('arrows nudge by one px, with shift by ten', () => {
  expect(press('ArrowLeft')).toEqual({ name: 'arrow', direction: [-1, 0], px: 1 });
  expect(press('ArrowDown', shift)).toEqual({ name: 'arrow', direction: [0, 1], px: 10 });
});

test('Tab, full stop and comma step; Enter, Space, Escape and Delete act', () => {
  expect(press('Tab')).toEqual({ name: 'tab', step: 1 });
  expect(press('Tab', shift)).toEqual({ name: 'tab', step: -1 });
  const names = ['.', ',', 'Enter', ' ', 'Escape', 'Delete', 'Backspace', 'x'].map(key => press(key).name);
  expect(names).toEqual(['next', 'previous', 'commit', 'put', 'cancel', 'remove', 'remove', 'remove']);
});

test('undo and redo have the keys of other programs, also on a Mac', () => {
  expect(press('z', control)).toEqual({ name: 'undo' });
  expect(press('Z', { ...control, ...shift })).toEqual({ name: 'redo' });
  expect(press('y', control)).toEqual({ name: 'redo' });
  expect(press('z', { metaKey: true })).toEqual({ name: 'undo' });
  expect(press('a', control)).toEqual({ name: 'all' });
});

test('shift H fills, the signs grow, shrink and zoom', () => {
  expect(press('H', shift)).toEqual({ name: 'fill' });
  expect(['>', '<', '+', '-', '0'].map(key => press(key, key === '>' || key === '<' || key === '+' ? shift : {}).name)).toEqual(['grow', 'shrink', 'zoomIn', 'zoomOut', 'fit']);
});

test("the browser's and the page's own keys stay theirs", () => {
  for (const key of ['s', 'p', 'n', '+', 'f']) expect(press(key, control)).toBeNull();
  for (const key of ['ArrowLeft', 'd']) expect(press(key, { altKey: true })).toBeNull();
  for (const key of ['?', '[', ']', 'F5', 'Shift']) expect(press(key)).toBeNull();
  expect(press('V', shift)).toBeNull();
});
