import { objectsFromGeoJson } from '../geojson.js';

/** An object as the server takes it in an edit. */
export function addedOf({ id, parents = [], rings, classId }) {
  const coordinates = rings.map(closed);
  return { id, parents, feature: { type: 'Feature', id, geometry: { type: 'Polygon', coordinates }, properties: { classId } } };
}

function closed(ring) {
  const points = Array.from({ length: ring.length / 2 }, (_, i) => [ring[2 * i], ring[2 * i + 1]]);
  return [...points, points[0]];
}

/** Objects from the features of a revision's changes, with their parents. */
export function objectsOf(features) {
  const { objects } = objectsFromGeoJson({ features });
  return objects.map((object, i) => ({ ...object, parents: features[i].properties.parents ?? [] }));
}
