/**
 * Where a painted canvas lies: {left, top} of its corner in the image, `scale` in device px per image px, `width` and `height` in device px.
 * A frame of canvaslayer.js is such a place, and so is a cache.
 */
function boundsOf({ left, top, scale, width, height }) {
  return [left, top, left + width / scale, top + height / scale];
}

/** Whether a cache shows all that is to be seen in a frame of an `extent` outside of which there is nothing. */
export function covers(cache, frame, extent) {
  const slack = 0.5 / frame.scale;
  const [minX, minY, maxX, maxY] = boundsOf(cache);
  const [left, top, right, bottom] = boundsOf(frame);
  return minX <= Math.max(left, extent[0]) + slack
    && minY <= Math.max(top, extent[1]) + slack
    && maxX >= Math.min(right, extent[2]) - slack
    && maxY >= Math.min(bottom, extent[3]) - slack;
}

/** By how many whole px [x, y] a cache of the same scale has to move so that a frame is in its middle. */
export function shiftTo(cache, frame) {
  const across = (frame.left - cache.left) * cache.scale - (cache.width - frame.width) / 2;
  const down = (frame.top - cache.top) * cache.scale - (cache.height - frame.height) / 2;
  return [Math.round(across), Math.round(down)];
}

/** What of width x height px is new after its content moved by [x, y]: none, one or two boxes [left, top, width, height]. */
export function uncovered([x, y], width, height) {
  if (Math.abs(x) >= width || Math.abs(y) >= height) return [[0, 0, width, height]];
  const beside = [x > 0 ? width - x : 0, 0, Math.abs(x), height];
  const below = [x < 0 ? -x : 0, y > 0 ? height - y : 0, width - Math.abs(x), Math.abs(y)];
  return [beside, below].filter(([, , w, h]) => w > 0 && h > 0);
}
