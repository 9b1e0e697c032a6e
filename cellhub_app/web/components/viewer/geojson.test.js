import { expect, test } from 'bun:test';
import { objectsFromGeoJson } from './geojson.js';

const square = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]];
const hole = [[2, 2], [2, 4], [4, 4], [4, 2], [2, 2]];
const feature = (id, properties) => ({ type: 'Feature', id, properties, geometry: { type: 'Polygon', coordinates: [square, hole] } });

test('features become open rings with their figures', () => {
  const { objects } = objectsFromGeoJson({ features: [feature('a', { score: 0.9, doubt: 0.1, areaPx: 96, classId: 2 })] });
  expect(objects[0]).toMatchObject({ id: 'a', score: 0.9, doubt: 0.1, areaPx: 96, classId: 2 });
  expect(objects[0].rings.map(ring => [...ring])).toEqual([[0, 0, 10, 0, 10, 10, 0, 10], [2, 2, 2, 4, 4, 4, 4, 2]]);
});

test('a missing area is measured, and other geometries are left out', () => {
  const point = { type: 'Feature', id: 'p', properties: null, geometry: { type: 'Point', coordinates: [0, 0] } };
  const { objects } = objectsFromGeoJson({ features: [feature('a', null), point] });
  expect(objects).toHaveLength(1);
  expect(objects[0].areaPx).toBe(96);
});
