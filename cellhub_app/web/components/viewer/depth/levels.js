const COARSER_BY = 0.35;

export const keyOf = ([level, x, y]) => `${level}/${x}/${y}`;

/** {width, height} of a tile in its own px. */
export function sizeOf([level, x, y], { levels, tile }) {
  const { width, height } = levels[level];
  return { width: Math.min(tile, width - x * tile), height: Math.min(tile, height - y * tile) };
}

/** The level whose pixels are about as large as device px, at `scale` device px per px of the whole image. */
export function levelFor(scale, count) {
  const level = Math.floor(Math.log2(1 / scale) + COARSER_BY);
  return Math.max(0, Math.min(count - 1, level));
}

/** The tiles of a level that meet a part of the image {left, top, right, bottom}, nearest to its middle first. */
export function tilesIn({ left, top, right, bottom }, level, { levels, tile }) {
  const side = tile * 2 ** level;
  const { columns, rows } = levels[level];
  const place = (value, last) => Math.max(0, Math.min(last, Math.floor(value / side)));
  if (right <= 0 || bottom <= 0 || left >= columns * side || top >= rows * side) return [];
  const found = [];
  for (let y = place(top, rows - 1); y <= place(bottom - 1e-6, rows - 1); y += 1) {
    for (let x = place(left, columns - 1); x <= place(right - 1e-6, columns - 1); x += 1) found.push([level, x, y]);
  }
  const middle = [(left + right) / 2 / side - 0.5, (top + bottom) / 2 / side - 0.5];
  const distance = ([, x, y]) => Math.hypot(x - middle[0], y - middle[1]);
  return found.sort((one, other) => distance(one) - distance(other));
}

/** What to load for a view: the one tile that shows everything, then those of the level that fits. */
export function wantedIn(part, scale, pyramid) {
  const coarsest = pyramid.levels.length - 1;
  const level = levelFor(scale, pyramid.levels.length);
  const overview = level === coarsest ? [] : tilesIn(part, coarsest, pyramid);
  return [...overview, ...tilesIn(part, level, pyramid)];
}

/** Where a tile of so many px lies in the image: {left, top, width, height} in image px, and the part of it that counts. */
export function placeOf([level, x, y], { width, height }, { levels, tile }) {
  const factor = 2 ** level;
  const left = x * tile * factor;
  const top = y * tile * factor;
  const whole = levels[0];
  return {
    left,
    top,
    width: Math.min(width * factor, whole.width - left),
    height: Math.min(height * factor, whole.height - top),
    sourceWidth: Math.min(width, (whole.width - left) / factor),
    sourceHeight: Math.min(height, (whole.height - top) / factor),
  };
}
