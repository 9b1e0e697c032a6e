/** The same picture and polygons for each of the yardsticks, read by the editor's own codec. */
import { decodeCollection } from '../../cellhub_app/web/components/viewer/codec.js';

export const PICTURE = 'picture.webp';
export const COLOUR = '#2dd4bf';
export const WIDTH = 1.5;

export async function size() {
  const image = new Image();
  image.src = PICTURE;
  await image.decode();
  return { width: image.naturalWidth, height: image.naturalHeight };
}

export async function objects() {
  return decodeCollection(await (await fetch('polygons.bin')).arrayBuffer()).objects;
}

/** Notes when what was asked for is on the screen. */
export function drawn() {
  requestAnimationFrame(() => requestAnimationFrame(() => { window.drawnAt = performance.now(); }));
}
