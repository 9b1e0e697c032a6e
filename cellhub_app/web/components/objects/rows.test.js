import assert from 'node:assert/strict';
import test from 'node:test';
import { figure, measuresOf, rowsOf, sortRows } from './rows.js';

const object = (id, area, doubt, um = null) => ({ id, doubt, px: { area_px2: area, circularity: 0.9, intensity_mean_c1: 12.5 }, um });

test('rows are in pixels without a pixel size and in micrometres with one', () => {
  const plain = rowsOf({ pixelSizeUm: null, data: [object('a', 40, 0.1)] });
  const calibrated = rowsOf({ pixelSizeUm: 0.5, data: [object('a', 40, 0.1, { area_um2: 10 })] });
  assert.equal(plain[0].area, 40);
  assert.equal(calibrated[0].area, 10);
});

test('objects keep their number in any order, and unknown values come last both ways', () => {
  const rows = rowsOf({ data: [object('a', 10, null), object('b', 30, 0.2), object('c', 20, 0.9)] });
  assert.deepEqual(sortRows(rows, 'area', true).map(row => row.number), [2, 3, 1]);
  assert.deepEqual(sortRows(rows, 'doubt', true).map(row => row.id), ['c', 'b', 'a']);
  assert.deepEqual(sortRows(rows, 'doubt', false).map(row => row.id), ['b', 'c', 'a']);
});

test('figures show the digits that mean something', () => {
  assert.equal(figure(12480.6), '12,481');
  assert.equal(figure(21.34), '21.3');
  assert.equal(figure(0.914), '0.91');
  assert.equal(figure(7), '7');
  assert.equal(figure(null), '–');
});

test('measures name the channel only where there are several', () => {
  const columns = [{ key: 'area', title: 'Area', px: 'area_px2', um: 'area_um2', pxUnit: 'px²', umUnit: 'µm²' }];
  const one = measuresOf(object('a', 40, 0), columns, false, 1);
  assert.deepEqual(one.map(measure => measure.title), ['Area', 'Mean intensity']);
  assert.equal(one[0].unit, 'px²');
  assert.equal(measuresOf(object('a', 40, 0), columns, false, 3)[1].title, 'Mean intensity, channel 1');
});
