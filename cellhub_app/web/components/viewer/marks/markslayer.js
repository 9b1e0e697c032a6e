import { CanvasLayer } from '../canvaslayer.js';
import { tracePolygon } from '../paint.js';

const COLOUR = '#ffd60a';
const RIM = 'rgba(0, 0, 0, 0.65)';
const WIDTH_PX = 2.25;
const BATCH = 128;

/** Objects (ids) that somebody came to look at, outlined and shaded over the others. */
export class MarksLayer extends CanvasLayer {
  constructor(store, options) {
    super(options);
    this.store = store;
    this.ids = [];
  }

  show(ids) {
    this.ids = ids;
    this.changed();
  }

  draw(context, frame) {
    const polygons = this.ids.map(id => this.store.get(id)).filter(Boolean);
    context.save();
    context.lineJoin = 'round';
    context.setLineDash([]);
    for (let start = 0; start < polygons.length; start += BATCH) paint(context, polygons.slice(start, start + BATCH), frame);
    context.restore();
  }
}

function paint(context, polygons, frame) {
  context.beginPath();
  for (const polygon of polygons) tracePolygon(context, polygon, frame);
  context.globalAlpha = 0.16;
  context.fillStyle = COLOUR;
  context.fill('nonzero');
  context.globalAlpha = 1;
  context.strokeStyle = RIM;
  context.lineWidth = (WIDTH_PX + 2) * frame.pixelRatio;
  context.stroke();
  context.strokeStyle = COLOUR;
  context.lineWidth = WIDTH_PX * frame.pixelRatio;
  context.stroke();
}
