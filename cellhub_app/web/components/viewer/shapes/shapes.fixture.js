import { snapped } from './grid.js';

/** Numbers from 0 to 1 that are the same in every run. */
export function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export function square(x, y, side) {
  return Float32Array.of(x, y, x + side, y, x + side, y + side, x, y + side);
}

/** A ring about a point: `roughness` 0 is a circle, 1 a star. */
export function blob(roll, count, x, y, radius, roughness = 0.3) {
  const ring = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const reach = radius * (1 - roughness * roll());
    const angle = (2 * Math.PI * i) / count;
    ring[2 * i] = snapped(x + reach * Math.cos(angle));
    ring[2 * i + 1] = snapped(y + reach * Math.sin(angle));
  }
  return ring;
}

/** A smooth outline as a segmentation gives it: three waves on a circle. */
export function cell(roll, count, x, y, radius) {
  const waves = [2, 3, 5].map(order => ({ order, height: 0.12 * roll(), phase: 7 * roll() }));
  const ring = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const angle = (2 * Math.PI * i) / count;
    const reach = radius * (1 + waves.reduce((sum, { order, height, phase }) => sum + height * Math.sin(order * angle + phase), 0));
    ring[2 * i] = snapped(x + reach * Math.cos(angle));
    ring[2 * i + 1] = snapped(y + reach * Math.sin(angle));
  }
  return ring;
}

/** Polygons of many forms: rough and smooth, with and without holes, large and small. */
export function manyPolygons(count) {
  const roll = dice(20261122);
  return Array.from({ length: count }, (_, i) => {
    const [x, y] = [60 + 40 * roll(), 60 + 40 * roll()];
    const radius = 8 + 40 * roll();
    const outline = i % 2 ? blob(roll, 5 + Math.floor(40 * roll()), x, y, radius) : cell(roll, 12 + Math.floor(60 * roll()), x, y, radius);
    return i % 3 === 0 ? [outline, blob(roll, 8, x, y, radius / 4)] : [outline];
  });
}
