import Layer from 'ol/layer/Layer.js';

const ANIMATING = 0;
const INTERACTING = 1;

/**
 * A map layer that is one canvas as large as the map. Subclasses draw(context, frame), where frame says, in image coordinates
 * (y down; OpenLayers' own y points up and is turned over here and in viewer.js only), which part of the image the canvas shows:
 * scale in device px per image px, left and top of its corner, width and height in device px, pixelRatio, and whether it moves.
 */
export class CanvasLayer extends Layer {
  constructor(options) {
    super(options);
    this.canvas = document.createElement('canvas');
    this.context = this.canvas.getContext('2d');
  }

  render(frameState) {
    const frame = frameOf(frameState);
    if (this.canvas.width !== frame.width || this.canvas.height !== frame.height) {
      this.canvas.width = frame.width;
      this.canvas.height = frame.height;
    } else {
      this.context.clearRect(0, 0, frame.width, frame.height);
    }
    this.draw(this.context, frame);
    return this.canvas;
  }
}

function frameOf({ size, pixelRatio, viewState, viewHints }) {
  const scale = pixelRatio / viewState.resolution;
  const width = Math.round(size[0] * pixelRatio);
  const height = Math.round(size[1] * pixelRatio);
  return {
    scale,
    width,
    height,
    pixelRatio,
    left: viewState.center[0] - width / 2 / scale,
    top: -viewState.center[1] - height / 2 / scale,
    moving: viewHints[ANIMATING] > 0 || viewHints[INTERACTING] > 0,
  };
}
