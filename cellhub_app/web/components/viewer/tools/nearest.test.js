import { expect, test } from 'bun:test';
import { edgeNear, positionOf, vertexBeside, vertexNear } from './nearest.js';

const OUTLINE = Float32Array.of(0, 0, 100, 0, 100, 100, 0, 100);
const HOLE = Float32Array.of(40, 40, 40, 60, 60, 60);
const RINGS = [OUTLINE, HOLE];

test('the nearest vertex within reach is found in any ring', () => {
  expect(vertexNear(RINGS, [97, 4], 8)).toEqual({ ring: 0, place: 1 });
  expect(vertexNear(RINGS, [58, 61], 8)).toEqual({ ring: 1, place: 2 });
  expect(vertexNear(RINGS, [50, 0], 8)).toBeNull();
});

test('an edge gives the point on it and the place of a vertex there, also on the one that closes the ring', () => {
  expect(edgeNear(RINGS, [30, 3], 6)).toEqual({ ring: 0, place: 1, at: [30, 0] });
  expect(edgeNear(RINGS, [-2, 50], 6)).toEqual({ ring: 0, place: 4, at: [0, 50] });
  expect(edgeNear(RINGS, [20, 20], 6)).toBeNull();
});

test('steps go through all rings and end at both ends', () => {
  expect(vertexBeside(RINGS, null, 1)).toEqual({ ring: 0, place: 0 });
  expect(vertexBeside(RINGS, null, -1)).toEqual({ ring: 1, place: 2 });
  expect(vertexBeside(RINGS, { ring: 0, place: 3 }, 1)).toEqual({ ring: 1, place: 0 });
  expect(vertexBeside(RINGS, { ring: 1, place: 2 }, 1)).toBeNull();
  expect(vertexBeside(RINGS, { ring: 0, place: 0 }, -1)).toBeNull();
  expect(positionOf(RINGS, { ring: 1, place: 1 })).toEqual([40, 60]);
});
