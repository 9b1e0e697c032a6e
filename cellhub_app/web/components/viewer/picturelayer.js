import { CanvasLayer } from './canvaslayer.js';

/** From this many device px per image px on, pixels are shown as the squares that they are. */
const CRISP_SCALE = 3;

/** The picture under everything: one bitmap, stretched over the image's size (it may be a smaller rendering of it). */
export class PictureLayer extends CanvasLayer {
  constructor(options) {
    super(options);
    this.picture = null;
  }

  show(bitmap, width, height) {
    this.picture = { bitmap, width, height };
    this.changed();
  }

  clear() {
    this.picture = null;
    this.changed();
  }

  draw(context, { scale, left, top, moving }) {
    if (!this.picture) return;
    const { bitmap, width, height } = this.picture;
    context.imageSmoothingEnabled = scale < CRISP_SCALE;
    context.imageSmoothingQuality = moving ? 'low' : 'medium';
    context.drawImage(bitmap, -left * scale, -top * scale, width * scale, height * scale);
  }
}
