/** Rings are flat open arrays [x0, y0, x1, y1, ...] in image pixels; the first ring is the exterior, the others are holes. */
export function ringArea(ring) {
  let twice = 0;
  for (let i = 0, n = ring.length, j = n - 2; i < n; j = i, i += 2) twice += ring[j] * ring[i + 1] - ring[i] * ring[j + 1];
  return twice / 2;
}

export function polygonArea(rings) {
  return rings.reduce((sum, ring, i) => sum + (i === 0 ? 1 : -1) * Math.abs(ringArea(ring)), 0);
}

/** [minX, minY, maxX, maxY] of a ring. */
export function boundsOf(ring) {
  const bounds = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < ring.length; i += 2) {
    if (ring[i] < bounds[0]) bounds[0] = ring[i];
    if (ring[i] > bounds[2]) bounds[2] = ring[i];
    if (ring[i + 1] < bounds[1]) bounds[1] = ring[i + 1];
    if (ring[i + 1] > bounds[3]) bounds[3] = ring[i + 1];
  }
  return bounds;
}

export function reversed(ring) {
  const out = ring.slice();
  for (let i = 0, j = ring.length - 2; i < ring.length; i += 2, j -= 2) {
    out[i] = ring[j];
    out[i + 1] = ring[j + 1];
  }
  return out;
}

/** Exterior positive, holes negative: a nonzero fill of many polygons at once then keeps holes open and overlaps filled. */
export function withWinding(rings) {
  return rings.map((ring, i) => (ringArea(ring) > 0 === (i === 0) ? ring : reversed(ring)));
}

/** Even-odd over all rings, so a point in a hole is outside. */
export function containsPoint(rings, x, y) {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, n = ring.length, j = n - 2; i < n; j = i, i += 2) {
      const crosses = ring[i + 1] > y !== ring[j + 1] > y;
      if (crosses && x < ((ring[j] - ring[i]) * (y - ring[i + 1])) / (ring[j + 1] - ring[i + 1]) + ring[i]) inside = !inside;
    }
  }
  return inside;
}
