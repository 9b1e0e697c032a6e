import Layer from 'ol/layer/Layer.js';

const ANIMATING = 0;
const INTERACTING = 1;

const shared = new WeakSet();

/**
 * A map layer that draws on a canvas as large as the map, the same one for all such layers that lie on each other.
 * Subclasses draw(context, frame), where frame says, in image coordinates (y down; OpenLayers' own y points up and is turned
 * over here and in viewer.js only), which part of the image the canvas shows: scale in device px per image px, left and top of
 * its corner, width and height in device px, pixelRatio, and whether it moves.
 */
export class CanvasLayer extends Layer {
  render(frameState, target) {
    const frame = frameOf(frameState);
    const canvas = shared.has(target) ? target : this.ownCanvas(frame);
    this.draw(canvas.getContext('2d'), frame);
    return canvas;
  }

  ownCanvas({ width, height }) {
    this.canvas ??= document.createElement('canvas');
    shared.add(this.canvas);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    } else {
      this.canvas.getContext('2d').clearRect(0, 0, width, height);
    }
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
