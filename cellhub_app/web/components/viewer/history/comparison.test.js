import { expect, test } from 'bun:test';
import { comparisonOf } from './comparison.js';

test('an image is compared once somebody asks, with the revision before unless another is chosen', () => {
  expect(comparisonOf(null, 'i', 5)).toEqual({ isOn: false, start: 4 });
  expect(comparisonOf({ imageId: 'i', shown: 5, start: null }, 'i', 5)).toEqual({ isOn: true, start: 4 });
  expect(comparisonOf({ imageId: 'i', shown: 5, start: 0 }, 'i', 5)).toEqual({ isOn: true, start: 0 });
});

test('another revision that is looked at is compared with the one before it', () => {
  expect(comparisonOf({ imageId: 'i', shown: 5, start: 1 }, 'i', 3)).toEqual({ isOn: true, start: 2 });
});

test('another image is not compared, and neither is one without revisions', () => {
  expect(comparisonOf({ imageId: 'i', shown: 5, start: 1 }, 'other', 5).isOn).toBe(false);
  expect(comparisonOf({ imageId: 'i', shown: 0, start: null }, 'i', 0).isOn).toBe(false);
});
