import { expect, test } from 'bun:test';
import { isOf, placeOf } from './place.js';

test('an address says which plane it is about', () => {
  expect(placeOf('/api/v1/images/i/polygons?frame=3&format=binary')).toEqual({ frame: 3, isPresent: true });
  expect(placeOf('')).toEqual({ frame: 0, isPresent: true });
});

test('what was at an old revision is not the present, and so not to be edited', () => {
  expect(placeOf('/api/v1/images/i/polygons?frame=0&format=binary&revision=4').isPresent).toBe(false);
});

test('a session is of one plane of one image', () => {
  const session = { imageId: 'i', frame: 1 };
  expect(isOf(session, 'i', 1)).toBe(true);
  for (const [imageId, frame] of [['i', 0], ['j', 1]]) expect(isOf(session, imageId, frame)).toBe(false);
  expect(isOf(null, 'i', 1)).toBe(false);
});
