import { expect, test } from 'bun:test';
import { rectangle, workbench } from './workbench.fixture.js';

function editing() {
  const bench = workbench(rectangle('a', 20, 20, 40, 40, [24, 24, 6]), rectangle('b', 100, 100, 40));
  bench.select('a');
  bench.use('vertices');
  return bench;
}

test('dragging a vertex moves it, and the outline follows before it is stored', () => {
  const bench = editing();
  bench.editor.tool.down([61, 59], {});
  bench.editor.tool.drag([70.03, 70], {});
  expect([...bench.viewer.draft.handles[0].slice(4, 6)]).toEqual([70, 70]);
  expect(bench.session.canUndo).toBe(false);
  bench.editor.tool.up([70.03, 70], {});
  expect(bench.area('a')).toBe(1600 + 400 - 36);
  expect(bench.selected()).toEqual(['a']);
});

test('dragging an edge makes a vertex there', () => {
  const bench = editing();
  bench.drag([[40, 20], [40, 12], [40, 10]]);
  expect(bench.area('a')).toBe(1600 + 200 - 36);
});

test('alt and a click, or X, removes a vertex; three are the least', () => {
  const bench = editing();
  bench.click(60, 60, { altKey: true });
  expect(bench.viewer.store.get('a').rings[0].length).toBe(6);
  bench.press('tab', { step: 1 });
  bench.press('remove');
  expect(bench.viewer.store.get('a').rings[0].length).toBe(6);
  expect(bench.editor.state.problem).toBe(true);
});

test('an outline that would cross itself goes back, with the reason', () => {
  const bench = editing();
  bench.drag([[60, 60], [10, 5], [0, 30]]);
  expect(bench.area('a')).toBe(1564);
  expect(bench.editor.state.problem).toBe(true);
  expect(bench.session.canUndo).toBe(false);
});

test('the keyboard steps through the vertices, nudges, inserts and removes', () => {
  const bench = editing();
  bench.press('tab', { step: 1 });
  bench.press('arrow', { direction: [-1, 0], px: 10 });
  bench.press('arrow', { direction: [0, -1], px: 1 });
  const [x, y] = bench.viewer.store.get('a').rings[0];
  expect([x, y]).toEqual([10, 19]);
  bench.press('commit');
  expect(bench.viewer.store.get('a').rings[0].length).toBe(10);
  bench.press('remove');
  expect(bench.viewer.store.get('a').rings[0].length).toBe(8);
  expect(bench.viewer.store.get('a').rings[0].slice(0, 2)).toEqual(Float32Array.of(10, 19));
});

test('Escape lets go of the vertex, then of the tool', () => {
  const bench = editing();
  bench.press('tab', { step: 1 });
  bench.press('cancel');
  expect(bench.editor.state.tool).toBe('vertices');
  bench.press('cancel');
  expect(bench.editor.state.tool).toBe('select');
  expect(bench.viewer.draft).toBeNull();
  expect(bench.viewer.hiddenIds).toEqual([]);
});

test('a click takes another object, its outline only becomes editable', () => {
  const bench = editing();
  bench.click(120, 120);
  expect(bench.selected()).toEqual(['b']);
  expect(bench.viewer.hiddenIds).toEqual(['b']);
});
