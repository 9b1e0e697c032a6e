import { polygonArea } from './geometry.js';

/** A closed GeoJSON ring [[x, y], ...] as a flat open array. */
function openRing(coordinates) {
  const last = coordinates.length - 1;
  const closed = last > 0 && coordinates[0][0] === coordinates[last][0] && coordinates[0][1] === coordinates[last][1];
  return Float32Array.from(coordinates.slice(0, closed ? last : last + 1).flatMap(([x, y]) => [x, y]));
}

function objectOf(feature) {
  const properties = feature.properties ?? {};
  const rings = feature.geometry.coordinates.map(openRing);
  return {
    id: String(feature.id ?? properties.id),
    score: properties.score ?? NaN,
    doubt: properties.doubt ?? NaN,
    areaPx: properties.areaPx ?? polygonArea(rings),
    classId: properties.classId ?? 0,
    rings,
  };
}

/** FeatureCollection of Polygons -> the same shape as the binary collection. */
export function objectsFromGeoJson(collection) {
  const polygons = collection.features.filter(feature => feature.geometry?.type === 'Polygon');
  return { revision: collection.revision ?? 0, objects: polygons.map(objectOf) };
}
