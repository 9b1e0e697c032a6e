import { expect, test } from 'bun:test';
import { numberOf, planeAfter, planeAt, planeText, polygonsOf } from './planes.js';

test('a plane has one number, which counts slices before times', () => {
  expect(numberOf({ frame: 2, timepoint: 0 }, 3)).toBe(2);
  expect(numberOf({ frame: 1, timepoint: 4 }, 3)).toBe(13);
  expect(planeAt(13, 3)).toEqual({ frame: 1, timepoint: 4 });
  expect(planeAt(5, 1)).toEqual({ frame: 0, timepoint: 5 });
});

test('people are told where they are', () => {
  expect(planeText({ frame: 1, timepoint: 0 }, 3, 1)).toBe('Plane 2 of 3');
  expect(planeText({ frame: 0, timepoint: 4 }, 1, 9)).toBe('Time 5 of 9');
  expect(planeText({ frame: 1, timepoint: 4 }, 3, 9)).toBe('Plane 2 of 3, time 5 of 9');
  expect(planeText({ frame: 0, timepoint: 0 })).toBe('');
});

test('another plane than the page knows of has its own address, and none of the old revisions', () => {
  const url = '/api/v1/images/i/polygons?frame=2&format=binary&revision=4';
  expect(polygonsOf(url, 2, 2)).toBe(url);
  expect(polygonsOf(url, 13, 2)).toBe('/api/v1/images/i/polygons?frame=13&format=binary');
  expect(polygonsOf('', 1, 0)).toBe('');
});

test('keys go through the slices, with Shift through the times, and stop at the ends', () => {
  const at = { frame: 1, timepoint: 0 };
  expect(planeAfter({ key: 'PageDown' }, at, 3, 2)).toEqual({ frame: 2, timepoint: 0 });
  expect(planeAfter({ key: 'PageUp' }, at, 3, 2)).toEqual({ frame: 0, timepoint: 0 });
  expect(planeAfter({ key: 'PageDown', shiftKey: true }, at, 3, 2)).toEqual({ frame: 1, timepoint: 1 });
  expect(planeAfter({ key: 'PageDown' }, { frame: 0, timepoint: 0 }, 1, 2)).toEqual({ frame: 0, timepoint: 1 });
  for (const none of [{ key: 'PageUp', shiftKey: true }, { key: 'PageDown', ctrlKey: true }, { key: 'x' }]) expect(planeAfter(none, at, 3, 2)).toBeNull();
  expect(planeAfter({ key: 'PageDown' }, { frame: 2, timepoint: 0 }, 3, 2)).toBeNull();
});
