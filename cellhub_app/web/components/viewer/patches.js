/** More boxes than this are not worth painting one by one. */
const MOST = 40;

/**
 * The parts of a cached picture to paint anew, [x, y, width, height] in whole px of its canvas and their bounds in the image, for boxes
 * of the image that changed; null when painting everything is as quick. cache = {canvas, left, top, scale}; `reach`: how many px of
 * the canvas a line stands out from its box.
 */
export function patchesOf(boxes, cache, reach) {
  if (!boxes || boxes.length > MOST) return null;
  const margin = Math.ceil(reach) + 1;
  const patches = boxes.map(box => patchOf(box, cache, margin)).filter(([, , width, height]) => width > 0 && height > 0);
  const area = patches.reduce((sum, [, , width, height]) => sum + width * height, 0);
  return area > cache.canvas.width * cache.canvas.height ? null : patches;
}

function patchOf([minX, minY, maxX, maxY], { canvas, left, top, scale }, margin) {
  const x = Math.max(0, Math.floor((minX - left) * scale) - margin);
  const y = Math.max(0, Math.floor((minY - top) * scale) - margin);
  const right = Math.min(canvas.width, Math.ceil((maxX - left) * scale) + margin);
  const bottom = Math.min(canvas.height, Math.ceil((maxY - top) * scale) + margin);
  const bounds = [left + (x - margin) / scale, top + (y - margin) / scale, left + (right + margin) / scale, top + (bottom + margin) / scale];
  return [x, y, right - x, bottom - y, bounds];
}
