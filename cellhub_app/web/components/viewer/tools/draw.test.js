import { expect, test } from 'bun:test';
import { rectangle, workbench } from './workbench.fixture.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('clicks draw a polygon that the first corner closes', () => {
  const bench = workbench();
  bench.use('draw');
  for (const [x, y] of [[10, 10], [50, 10], [50, 50], [12, 11]]) bench.click(x, y);
  expect(bench.areas()).toEqual([800]);
  expect(bench.selected()[0]).toMatch(UUID);
  expect(bench.editor.state.tool).toBe('draw');
});

test('a double click ends the path, two quick clicks at two places do not', () => {
  const bench = workbench();
  bench.use('draw');
  for (const [x, y] of [[10, 10], [50, 10], [50, 50]]) {
    bench.click(x, y);
    bench.editor.tool.doubleClick();
  }
  expect(bench.areas()).toEqual([]);
  bench.click(50, 50);
  bench.editor.tool.doubleClick();
  expect(bench.areas()).toEqual([800]);
});

test('Enter closes too, Backspace takes a point back, and two points are too few', () => {
  const bench = workbench();
  bench.use('draw');
  for (const [x, y] of [[10, 10], [50, 10], [90, 90]]) bench.click(x, y);
  bench.press('remove');
  bench.press('commit');
  expect(bench.areas()).toEqual([]);
  expect(bench.editor.state.problem).toBe(true);
  bench.click(50, 50);
  bench.press('commit');
  expect(bench.areas()).toEqual([800]);
});

test('the keyboard alone draws a polygon', () => {
  const bench = workbench();
  bench.use('draw');
  bench.press('put');
  const steps = [[1, 0], [0, 1], [-1, 0]];
  bench.press('put');
  for (const direction of steps) {
    bench.press('arrow', { direction, px: 10 });
    bench.press('put');
  }
  bench.press('commit');
  expect(bench.areas()).toEqual([100]);
});

test('an outline that crosses itself is repaired, never stored as it is', () => {
  const bench = workbench();
  bench.use('draw');
  for (const [x, y] of [[10, 10], [50, 50], [50, 10], [10, 50]]) bench.click(x, y);
  bench.press('commit');
  expect(bench.areas().length).toBe(2);
  expect(bench.areas().reduce((sum, area) => sum + area, 0)).toBeCloseTo(800, -1);
});

test('what leaves the image is cut off, what lies outside is refused', () => {
  const bench = workbench();
  bench.use('draw');
  for (const [x, y] of [[180, 180], [220, 180], [220, 220], [180, 220]]) bench.click(x, y);
  bench.press('commit');
  expect(bench.areas()).toEqual([400]);
  for (const [x, y] of [[280, 280], [320, 280], [320, 320]]) bench.click(x, y);
  bench.press('commit');
  expect(bench.areas()).toEqual([400]);
  expect(bench.editor.state.problem).toBe(true);
});

test('a stroke across slices what is selected, and only that', () => {
  const bench = workbench(rectangle('a', 10, 10, 40), rectangle('b', 10, 60, 40));
  bench.select('a');
  bench.use('slice');
  bench.drag([[30, 0], [30, 60], [30, 120]]);
  expect(bench.areas()).toEqual([800, 800, 1600]);
  expect(bench.viewer.store.get('a')).toBeDefined();
  const piece = bench.viewer.store.polygons.find(({ id }) => id !== 'a' && id !== 'b');
  expect(bench.session.objects.get(piece.id).parents).toEqual(['a']);
});

test('with nothing selected a line slices all that it crosses, and says so where it crosses none', () => {
  const bench = workbench(rectangle('a', 10, 10, 40), rectangle('b', 10, 60, 40));
  bench.use('slice');
  bench.click(30, 0);
  bench.click(30, 120);
  bench.press('commit');
  expect(bench.areas()).toEqual([800, 800, 800, 800]);
  bench.editor.choose([]);
  bench.drag([[150, 0], [150, 90]]);
  expect(bench.editor.state.problem).toBe(true);
});

test('a hole is cut inside an object, refused across its outline, and filled again', () => {
  const bench = workbench(rectangle('a', 10, 10, 100));
  bench.select('a');
  bench.use('hole');
  for (const [x, y] of [[30, 30], [50, 30], [50, 50], [30, 50]]) bench.click(x, y);
  bench.press('commit');
  expect(bench.area('a')).toBe(9600);
  for (const [x, y] of [[90, 30], [150, 30], [150, 50], [90, 50]]) bench.click(x, y);
  bench.press('commit');
  expect(bench.area('a')).toBe(9600);
  expect(bench.editor.state.problem).toBe(true);
  bench.press('fill');
  expect(bench.area('a')).toBe(10000);
  bench.press('fill');
  expect(bench.editor.state.problem).toBe(true);
});

test('Escape drops the points, then puts the tool away; Backspace without points deletes no object', () => {
  const bench = workbench(rectangle('a', 10, 10, 40));
  bench.select('a');
  bench.use('draw');
  bench.press('remove');
  expect(bench.viewer.store.size).toBe(1);
  bench.click(100, 100);
  bench.press('cancel');
  expect(bench.editor.state.tool).toBe('draw');
  bench.press('cancel');
  expect(bench.editor.state.tool).toBe('select');
});

test('a freehand stroke becomes an object', () => {
  const bench = workbench();
  bench.use('freehand');
  bench.drag(Array.from({ length: 65 }, (_, i) => [100 + 40 * Math.cos((i / 32) * Math.PI), 100 + 40 * Math.sin((i / 32) * Math.PI)]));
  expect(bench.areas()[0]).toBeGreaterThan(4900);
  expect(bench.areas()[0]).toBeLessThan(5100);
});

test('a line that leaves the outline and comes back becomes part of it', () => {
  const bench = workbench(rectangle('a', 20, 20, 40));
  bench.select('a');
  bench.use('points');
  for (const [x, y] of [[55, 30], [80, 30], [80, 50], [55, 50]]) bench.click(x, y);
  bench.press('commit');
  expect(bench.area('a')).toBeCloseTo(2000, -1);
  bench.click(150, 150);
  bench.click(180, 180);
  bench.press('commit');
  expect(bench.area('a')).toBeCloseTo(2000, -1);
  expect(bench.editor.state.problem).toBe(true);
});
