import { CanvasLayer } from '../canvaslayer.js';
import { tracePolygon } from '../paint.js';

/** Told apart by colour, by dashes and by filling: [dash in css px, filled]. */
export const LOOKS = {
  removed: { colour: '#ff5c5c', dash: [7, 5], fill: 0.22 },
  before: { colour: '#ffd60a', dash: [2, 4], fill: 0 },
  after: { colour: '#ffd60a', dash: [], fill: 0.16 },
  added: { colour: '#3ddc84', dash: [], fill: 0.3 },
};
const RIM = 'rgba(0, 0, 0, 0.65)';
const WIDTH_PX = 2.25;
const RIM_PX = 2;
const BATCH = 128;

function isInView({ bounds: [minX, minY, maxX, maxY] }, { left, top, width, height, scale }) {
  return maxX >= left && maxY >= top && minX <= left + width / scale && minY <= top + height / scale;
}

/** What differs between two revisions, over everything else. */
export class OverlayLayer extends CanvasLayer {
  constructor(options) {
    super(options);
    this.difference = null;
  }

  show(difference) {
    this.difference = difference ?? null;
    this.changed();
  }

  draw(context, frame) {
    if (!this.difference) return;
    context.save();
    context.lineJoin = 'round';
    for (const [part, look] of Object.entries(LOOKS)) {
      const seen = this.difference[part].filter(polygon => isInView(polygon, frame));
      for (let start = 0; start < seen.length; start += BATCH) paint(context, seen.slice(start, start + BATCH), frame, look);
    }
    context.restore();
  }
}

function paint(context, polygons, frame, { colour, dash, fill }) {
  context.beginPath();
  for (const polygon of polygons) tracePolygon(context, polygon, frame);
  if (fill) {
    context.globalAlpha = fill;
    context.fillStyle = colour;
    context.fill('nonzero');
    context.globalAlpha = 1;
  }
  context.setLineDash([]);
  context.strokeStyle = RIM;
  context.lineWidth = (WIDTH_PX + RIM_PX) * frame.pixelRatio;
  context.stroke();
  context.setLineDash(dash.map(length => length * frame.pixelRatio));
  context.strokeStyle = colour;
  context.lineWidth = WIDTH_PX * frame.pixelRatio;
  context.stroke();
}
