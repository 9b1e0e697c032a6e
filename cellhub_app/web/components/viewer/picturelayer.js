import { CanvasLayer } from './canvaslayer.js';

/** From this many device px per image px on, pixels are shown as the squares that they are. */
const CRISP_SCALE = 3;

/**
 * The picture under everything: one bitmap, stretched over the image's size (it may be a smaller rendering of it).
 * `cover` is a layer that may lie over all of it: what nobody sees is not drawn, and what is to be covered soon not with care.
 */
export class PictureLayer extends CanvasLayer {
  constructor(options) {
    super(options);
    this.picture = null;
    this.cover = null;
  }

  show(bitmap, width, height) {
    this.picture = { bitmap, width, height };
    this.changed();
  }

  clear() {
    this.picture = null;
    this.changed();
  }

  draw(context, frame) {
    if (!this.picture || this.cover?.covers(frame)) return;
    const { scale, left, top, moving } = frame;
    const { bitmap, width, height } = this.picture;
    context.imageSmoothingEnabled = scale < CRISP_SCALE;
    context.imageSmoothingQuality = moving || this.cover?.isExpected ? 'low' : 'medium';
    context.drawImage(bitmap, -left * scale, -top * scale, width * scale, height * scale);
  }
}
