import { expect, test } from 'bun:test';
import { circularity, limitOf, matching } from './filter.js';

const SIZE = { width: 200, height: 100 };
const ANY = { area: [null, null], circularity: [null, null], score: [null, null], border: false };

function circle(id, x, y, radius, score) {
  const ring = Float32Array.from(Array.from({ length: 64 }, (_, i) => [x + radius * Math.cos(i / 32 * Math.PI), y + radius * Math.sin(i / 32 * Math.PI)]).flat());
  return { id, score, areaPx: Math.PI * radius ** 2, rings: [ring], bounds: [x - radius, y - radius, x + radius, y + radius] };
}

function bar(id, x, y, width, height, score) {
  return { id, score, areaPx: width * height, rings: [Float32Array.of(x, y, x + width, y, x + width, y + height, x, y + height)], bounds: [x, y, x + width, y + height] };
}

const ALL = [circle('round', 50, 50, 10, 0.9), bar('long', 80, 40, 60, 4, 0.4), bar('edge', 0, 10, 20, 20, NaN)];
const found = (criteria, pixelSizeUm) => matching(ALL, { ...ANY, ...criteria }, SIZE, pixelSizeUm).map(({ id }) => id);

test('a circle is round, a square less, a bar least', () => {
  expect(circularity(ALL[0].rings)).toBeGreaterThan(0.99);
  expect(circularity(ALL[2].rings)).toBeCloseTo(Math.PI / 4, 5);
  expect(circularity(ALL[1].rings)).toBeLessThan(0.2);
});

test('without criteria everything matches', () => {
  expect(found({})).toEqual(['round', 'long', 'edge']);
});

test('each criterion narrows, and all must be met', () => {
  expect(found({ area: [300, null] })).toEqual(['round', 'edge']);
  expect(found({ circularity: [null, 0.5] })).toEqual(['long']);
  expect(found({ score: [0.3, null] })).toEqual(['round', 'long']);
  expect(found({ border: true })).toEqual(['edge']);
  expect(found({ area: [null, 300], score: [0.5, null] })).toEqual([]);
});

test('areas are in um² when the pixel size is known', () => {
  expect(found({ area: [null, 70] }, 0.5)).toEqual(['long']);
});

test('limits are numbers with a point or a comma, or nothing', () => {
  expect(['', 'abc', '12', '0,5', ' 3.25 '].map(limitOf)).toEqual([null, null, 12, 0.5, 3.25]);
});
