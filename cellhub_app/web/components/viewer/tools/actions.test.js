import { expect, test } from 'bun:test';
import { resize, setClass, simplify, smooth } from './actions.js';
import { rectangle, workbench } from './workbench.fixture.js';

test('growing and shrinking keep the id; what would vanish stays and is told', () => {
  const bench = workbench(rectangle('a', 50, 50, 40), rectangle('tiny', 150, 150, 4));
  bench.select('a');
  resize(bench.editor, 5);
  expect(bench.area('a')).toBeGreaterThan(40 * 50 + 10 * 40);
  resize(bench.editor, -5);
  expect(bench.area('a')).toBeCloseTo(1600, -2);
  bench.select('tiny');
  resize(bench.editor, -5);
  expect(bench.area('tiny')).toBe(16);
  expect(bench.editor.state.problem).toBe(true);
});

test('what grows over the border of the image is cut there', () => {
  const bench = workbench(rectangle('a', 0, 50, 40));
  bench.select('a');
  resize(bench.editor, 5);
  expect(bench.viewer.store.get('a').bounds[0]).toBe(0);
});

test('smoothing cuts the corners, simplifying takes vertices out', () => {
  const bench = workbench(rectangle('a', 50, 50, 40));
  bench.select('a');
  smooth(bench.editor);
  const corners = bench.viewer.store.get('a').rings[0].length / 2;
  expect(corners).toBeGreaterThan(4);
  simplify(bench.editor, 9);
  expect(bench.viewer.store.get('a').rings[0].length / 2).toBeLessThan(corners);
});

test('the class changes for all that are selected, in one step of undo', async () => {
  const bench = workbench(rectangle('a', 10, 10, 40), rectangle('b', 100, 10, 40));
  bench.press('all');
  setClass(bench.editor, 3);
  expect(bench.viewer.store.polygons.map(({ classId }) => classId)).toEqual([3, 3]);
  expect(bench.selected()).toEqual(['a', 'b']);
  await bench.editor.undo();
  expect(bench.viewer.store.polygons.map(({ classId }) => classId)).toEqual([0, 0]);
});

test('without a selection actions say what to do', () => {
  const bench = workbench(rectangle('a', 10, 10, 40));
  for (const action of ['smooth', 'resize', 'class', 'simplify']) {
    bench.press('action', { action });
    expect(bench.editor.state).toMatchObject({ problem: true, panel: '', message: 'Select an object first.' });
  }
  bench.press('action', { action: 'filter' });
  expect(bench.editor.state.panel).toBe('filter');
});
