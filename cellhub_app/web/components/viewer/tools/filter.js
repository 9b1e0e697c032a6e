import { ringArea } from '../geometry.js';

function perimeter(ring) {
  let length = 0;
  for (let i = 0, n = ring.length, j = n - 2; i < n; j = i, i += 2) length += Math.hypot(ring[i] - ring[j], ring[i + 1] - ring[j + 1]);
  return length;
}

/** 4 pi area / perimeter² of the outline without its holes: 1 for a circle. */
export function circularity([outline]) {
  return Math.min(1, (4 * Math.PI * Math.abs(ringArea(outline))) / perimeter(outline) ** 2);
}

export function touchesBorder({ bounds: [minX, minY, maxX, maxY] }, { width, height }) {
  return minX <= 1 || minY <= 1 || maxX >= width - 1 || maxY >= height - 1;
}

function lies(value, low, high) {
  return (low === null || value >= low) && (high === null || value <= high);
}

/**
 * The polygons that meet every criterion: {area: [low, high], circularity: [low, high], score: [low, high], border: true for those that touch
 * the image's border}; null is no limit. Areas in px², or um² with a pixel size. Objects made by hand have no score and meet no limit of one.
 */
export function matching(polygons, { area, circularity: roundness, score, border }, size, pixelSizeUm) {
  const unit = pixelSizeUm > 0 ? pixelSizeUm ** 2 : 1;
  return polygons.filter(polygon => (
    lies(polygon.areaPx * unit, ...area)
    && (roundness.every(limit => limit === null) || lies(circularity(polygon.rings), ...roundness))
    && lies(polygon.score, ...score)
    && (!border || touchesBorder(polygon, size))
  ));
}

/** What somebody typed as a limit; null where nothing, or no number. */
export function limitOf(text) {
  const value = Number.parseFloat(String(text).replace(',', '.'));
  return Number.isFinite(value) ? value : null;
}
