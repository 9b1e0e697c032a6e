import { expect, test } from 'bun:test';
import { desk } from '../desk.js';
import { rectangle, workbench } from './workbench.fixture.js';

const two = () => workbench(rectangle('a', 10, 10, 40), rectangle('b', 100, 10, 40));
const arrow = (direction, px = 1) => ({ direction, px });

test('a click selects, shift adds and takes out, empty ground selects nothing', () => {
  const bench = two();
  bench.click(20, 20);
  expect(bench.selected()).toEqual(['a']);
  bench.click(110, 20, { shiftKey: true });
  expect(bench.selected()).toEqual(['a', 'b']);
  bench.click(20, 20, { ctrlKey: true });
  expect(bench.selected()).toEqual(['b']);
  bench.click(70, 70);
  expect(bench.selected()).toEqual([]);
});

test('boxes and lassos take what has its middle in them; a plain drag is left to the map', () => {
  const bench = two();
  expect(bench.drag([[0, 0], [60, 60]])).toBe(false);
  bench.drag([[0, 0], [60, 60]], { shiftKey: true });
  expect(bench.selected()).toEqual(['a']);
  bench.drag([[90, 0], [150, 0], [150, 60], [90, 60]], { altKey: true });
  expect(bench.selected()).toEqual(['b']);
  bench.use('box');
  bench.drag([[0, 0], [60, 60]], { shiftKey: true });
  expect(bench.selected()).toEqual(['b', 'a']);
  bench.use('lasso');
  bench.drag([[90, 0], [150, 0], [150, 60], [90, 60]]);
  expect(bench.selected()).toEqual(['b']);
});

test('Space keeps an object while the keys go on to others', () => {
  const bench = two();
  bench.press('next');
  bench.press('put');
  bench.press('next');
  expect(bench.selected()).toEqual(['a', 'b']);
});

test('deleting, undo and redo; the keys go on from where an object was', async () => {
  const bench = workbench(rectangle('a', 0, 0, 10), rectangle('b', 20, 0, 10), rectangle('c', 40, 0, 10));
  bench.select('b');
  bench.press('remove');
  expect(bench.areas().length).toBe(2);
  expect(bench.editor.state.message).toBe('Deleted 1 object.');
  bench.press('next');
  expect(bench.selected()).toEqual(['c']);
  await bench.editor.undo();
  expect(bench.areas().length).toBe(3);
  await bench.editor.redo();
  expect(bench.viewer.store.get('b')).toBeUndefined();
  await bench.editor.redo();
  expect(bench.editor.state.problem).toBe(true);
});

test('the delete tool takes what is clicked, and D what is selected', () => {
  const bench = two();
  bench.press('tool', { tool: 'delete' });
  bench.click(20, 20);
  expect(bench.viewer.store.get('a')).toBeUndefined();
  bench.press('cancel');
  bench.select('b');
  bench.press('tool', { tool: 'delete' });
  expect(bench.areas()).toEqual([]);
  expect(bench.editor.state.tool).toBe('select');
});

test('merging joins what touches and refuses what does not', () => {
  const bench = workbench(rectangle('a', 0, 0, 20), rectangle('b', 15, 0, 10), rectangle('far', 100, 100, 10));
  bench.select('a', 'b');
  bench.press('tool', { tool: 'merge' });
  expect(bench.areas()).toEqual([100, 450]);
  expect(bench.session.objects.get('a').parents).toEqual(['a', 'b']);
  bench.select('a');
  bench.use('merge');
  bench.click(105, 105);
  expect(bench.areas()).toEqual([100, 450]);
  expect(bench.editor.state.problem).toBe(true);
});

test('moving stops at the border of the image; arrows move by 1 and 10 px', () => {
  const bench = workbench(rectangle('a', 10, 10, 40));
  bench.use('move');
  bench.drag([[20, 20], [30, 25], [500, 25]]);
  expect(bench.viewer.store.get('a').bounds).toEqual([160, 15, 200, 55]);
  expect(bench.viewer.draft).toBeNull();
  bench.press('arrow', arrow([0, 1], 10));
  bench.press('arrow', arrow([-1, 0], 1));
  expect(bench.viewer.store.get('a').bounds).toEqual([159, 25, 199, 65]);
});

test('Escape lets go of a drag before anything is stored', () => {
  const bench = workbench(rectangle('a', 10, 10, 40));
  bench.use('move');
  bench.editor.tool.down([20, 20], {});
  bench.editor.tool.drag([60, 60], {});
  expect(bench.viewer.hiddenIds).toEqual(['a']);
  bench.press('cancel');
  bench.editor.tool.up([60, 60], {});
  expect(bench.viewer.store.get('a').bounds).toEqual([10, 10, 50, 50]);
  expect(bench.session.canUndo).toBe(false);
});

test('Escape goes back step by step: the panel, the tool, the selection, then the page', () => {
  const bench = two();
  bench.select('a');
  bench.use('slice');
  bench.press('action', { action: 'resize' });
  expect(bench.editor.state.panel).toBe('resize');
  expect(bench.press('cancel')).toBe(true);
  expect([bench.editor.state.panel, bench.editor.state.tool]).toEqual(['', 'slice']);
  bench.press('cancel');
  expect(bench.editor.state.tool).toBe('select');
  bench.press('cancel');
  expect(bench.selected()).toEqual([]);
  expect(bench.press('cancel')).toBe(false);
});

test('classes change for all that are selected, and new objects get the last one given', () => {
  const bench = two();
  bench.press('all');
  bench.editor.setOption('classId', '3');
  bench.press('action', { action: 'class' });
  expect(bench.editor.state.panel).toBe('class');
  expect(bench.viewer.store.polygons.map(({ classId }) => classId)).toEqual([0, 0]);
});

test('arrows are left to the page while nothing is selected', () => {
  const bench = two();
  expect(bench.press('arrow', arrow([1, 0]))).toBe(false);
  bench.select('a');
  expect(bench.press('arrow', arrow([1, 0]))).toBe(true);
  expect(bench.selected()).toEqual(['b']);
});

test("somebody else's edit keeps the selection and lets a gone object go", () => {
  const bench = two();
  bench.select('a', 'b');
  bench.session.take({ revision: 5, removed: ['a'], added: [rectangle('c', 150, 150, 20)] });
  expect(bench.selected()).toEqual(['b']);
  expect(bench.viewer.store.size).toBe(2);
});

test('an object that somebody else is changing is changed only by who wants to, who is asked once', async () => {
  const bench = two();
  const draw = note => bench.editor.apply({ removed: [], added: [{ id: 'c', parents: [], classId: 0, rings: rectangle('c', 60, 60, 9).rings }], note });
  desk.set('people', [{ name: 'Vera', objectId: 'a', isEditing: true }]);
  expect(draw('drawn')).toBe(true);
  expect(bench.editor.apply({ removed: ['a'], note: 'gone' })).toBe(false);
  expect(bench.editor.state.message).toBe('Vera is editing this object.');
  desk.get('question').answer(false);
  await Promise.resolve();
  expect(bench.editor.session.objects.has('a')).toBe(true);
  bench.editor.apply({ removed: ['a'], note: 'gone' });
  desk.get('question').answer(true);
  await Promise.resolve();
  expect(bench.editor.session.objects.has('a')).toBe(false);
  desk.set('people', []);
});
