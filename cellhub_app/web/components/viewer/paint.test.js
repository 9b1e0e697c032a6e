import { expect, test } from 'bun:test';
import { colourOf, hairlinesFor, paintPolygons, traceRing } from './paint.js';

/** Writes down what a canvas would be told. */
class Recorder {
  calls = [];
  globalAlpha = 1;
  beginPath() { this.calls.push(['beginPath']); }
  moveTo(x, y) { this.calls.push(['moveTo', x, y]); }
  lineTo(x, y) { this.calls.push(['lineTo', x, y]); }
  rect(...box) { this.calls.push(['rect', ...box]); }
  closePath() { this.calls.push(['closePath']); }
  fill(rule) { this.calls.push(['fill', rule, this.fillStyle, this.globalAlpha]); }
  stroke() { this.calls.push(['stroke', this.strokeStyle, this.lineWidth]); }
  count(name) { return this.calls.filter(([called]) => called === name).length; }
}

const FRAME = { scale: 1, left: 0, top: 0 };
const STYLE = { lineWidth: 2, fillOpacity: 0.2 };

function square(x, y, side, classId = 0) {
  return { classId, bounds: [x, y, x + side, y + side], rings: [[x, y, x + side, y, x + side, y + side, x, y + side]] };
}

test('coordinates are moved to the corner and scaled', () => {
  const recorder = new Recorder();
  traceRing(recorder, [10, 20, 12, 20, 12, 23], { scale: 4, left: 9, top: 18 }, 0.5);
  expect(recorder.calls).toEqual([['moveTo', 4, 8], ['lineTo', 12, 8], ['lineTo', 12, 20], ['closePath']]);
});

test('vertices that fall on the same spot are left out', () => {
  const recorder = new Recorder();
  traceRing(recorder, [0, 0, 0.2, 0, 0.4, 0, 5, 0, 5, 5], FRAME, 1);
  expect(recorder.count('lineTo')).toBe(2);
});

test('polygons smaller than three device px become dots of at least one', () => {
  const recorder = new Recorder();
  paintPolygons(recorder, [square(100, 100, 20)], { scale: 0.02, left: 0, top: 0 }, STYLE);
  expect(recorder.calls.find(([name]) => name === 'rect')).toEqual(['rect', 2, 2, 1, 1]);
  expect(recorder.count('moveTo')).toBe(0);
});

const row = count => Array.from({ length: count }, (_, i) => square(i * 20, 0, 10, i < 200 ? 0 : 1));
const strokes = recorder => recorder.calls.filter(([name]) => name === 'stroke').map(([, colour]) => colour);

test('many polygons go in batches of one path, one colour a class', () => {
  const recorder = new Recorder();
  paintPolygons(recorder, row(5000), FRAME, STYLE);
  expect(recorder.count('moveTo')).toBe(5000);
  expect(recorder.count('beginPath')).toBe(40);
  expect(strokes(recorder).slice(0, 3)).toEqual([colourOf(0), colourOf(0), colourOf(1)]);
});

test('lines of a crowd are hairlines, unless wide ones are asked for', () => {
  const widths = (count, lineWidth) => {
    const recorder = new Recorder();
    paintPolygons(recorder, row(count), FRAME, { ...STYLE, lineWidth });
    return [...new Set(recorder.calls.filter(([name]) => name === 'stroke').map(([, , width]) => width))];
  };
  expect(widths(4000, 1.5)).toEqual([1]);
  expect(widths(2000, 1.5)).toEqual([1]);
  expect(widths(2000, 4)).toEqual([4]);
  expect(widths(10, 1.5)).toEqual([3, 1.5]);
});

test('hairlines of a crowd lie beside each other: a dark one, and one or two of the colour', () => {
  const painted = hairlines => {
    const recorder = new Recorder();
    paintPolygons(recorder, [square(10, 20, 100)], { scale: 2, left: 0, top: 0 }, { ...STYLE, lineWidth: 1.5, hairlines });
    const places = recorder.calls.filter(([name]) => name === 'moveTo').map(([, x]) => x);
    return places.map((x, i) => [x, strokes(recorder)[i]]);
  };
  const colour = colourOf(0);
  expect(painted(1)).toEqual([[20, colour]]);
  expect(painted(2)).toEqual([[21, 'rgba(0, 0, 0, 0.6)'], [20, colour]]);
  expect(painted(3)).toEqual([[21, 'rgba(0, 0, 0, 0.6)'], [20, colour], [19.5, colour]]);
});

test('the more there are the fewer lines each outline has, so that none of these views takes longer than ten thousand', () => {
  expect([500, 501, 2000, 2001, 4000, 4001].map(hairlinesFor)).toEqual([0, 3, 3, 2, 2, 1]);
});

test('outlines have something dark beside them on bright pictures, until they are too many', () => {
  const few = new Recorder();
  paintPolygons(few, row(10), FRAME, STYLE);
  expect(strokes(few)).toEqual(['rgba(0, 0, 0, 0.4)', colourOf(0)]);
  const crowd = count => {
    const recorder = new Recorder();
    paintPolygons(recorder, row(count), FRAME, { ...STYLE, lineWidth: 1.5 });
    return new Set(strokes(recorder));
  };
  expect(crowd(2000)).toContain('rgba(0, 0, 0, 0.6)');
  expect(crowd(5000)).toEqual(new Set([colourOf(0), colourOf(1)]));
});

test('fills are nonzero, transparent, and left out when nothing shows', () => {
  const filled = new Recorder();
  paintPolygons(filled, [square(0, 0, 10)], FRAME, STYLE);
  expect(filled.calls.find(([name]) => name === 'fill')).toEqual(['fill', 'nonzero', colourOf(0), 0.2]);
  const bare = new Recorder();
  paintPolygons(bare, [square(0, 0, 10)], FRAME, { lineWidth: 2, fillOpacity: 0 });
  expect(bare.count('fill')).toBe(0);
});

test('selected ones come last, in their own colour', () => {
  const recorder = new Recorder();
  const polygons = row(3).map((polygon, i) => ({ ...polygon, id: `${i}` }));
  paintPolygons(recorder, polygons, FRAME, { ...STYLE, hairlines: 1, chosen: new Set(['0']) });
  expect(strokes(recorder)).toEqual([colourOf(0), '#ffd60a']);
  expect(recorder.calls.find(([name]) => name === 'moveTo')).toEqual(['moveTo', 20, 0]);
});
