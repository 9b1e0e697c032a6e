/** The vertex of a polygon nearest to a point within `reach` image px: {ring, place}, or null. */
export function vertexNear(rings, [x, y], reach) {
  let best = null;
  let bestDistance = reach;
  rings.forEach((points, ring) => {
    for (let i = 0; i < points.length; i += 2) {
      const distance = Math.hypot(points[i] - x, points[i + 1] - y);
      if (distance <= bestDistance) [best, bestDistance] = [{ ring, place: i / 2 }, distance];
    }
  });
  return best;
}

/** The edge nearest to a point within `reach`: {ring, place: of a new vertex on it, at: the point on it}, or null. */
export function edgeNear(rings, at, reach) {
  let best = null;
  let bestDistance = reach;
  rings.forEach((points, ring) => {
    for (let i = 0, n = points.length; i < n; i += 2) {
      const next = (i + 2) % n;
      const foot = footOn(points[i], points[i + 1], points[next], points[next + 1], at);
      const distance = Math.hypot(foot[0] - at[0], foot[1] - at[1]);
      if (distance <= bestDistance) [best, bestDistance] = [{ ring, place: i / 2 + 1, at: foot }, distance];
    }
  });
  return best;
}

function footOn(x, y, u, v, [px, py]) {
  const length = (u - x) ** 2 + (v - y) ** 2;
  const along = length > 0 ? Math.max(0, Math.min(1, ((px - x) * (u - x) + (py - y) * (v - y)) / length)) : 0;
  return [x + along * (u - x), y + along * (v - y)];
}

/** The vertex `step` places on, through all rings in turn; null beyond either end, the first or last one from none. */
export function vertexBeside(rings, current, step) {
  const all = rings.flatMap((points, ring) => Array.from({ length: points.length / 2 }, (_, place) => ({ ring, place })));
  if (!current) return all.at(step > 0 ? 0 : -1);
  const index = all.findIndex(({ ring, place }) => ring === current.ring && place === current.place);
  return all[index + step] ?? null;
}

export function positionOf(rings, { ring, place }) {
  return [rings[ring][2 * place], rings[ring][2 * place + 1]];
}
