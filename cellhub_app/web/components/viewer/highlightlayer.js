import { CanvasLayer } from './canvaslayer.js';
import { traceRing } from './paint.js';

const SELECTED = { stroke: '#ffd60a', fill: 'rgba(255, 214, 10, 0.28)', width: 2.5 };
const HOVERED = { stroke: '#ffffff', fill: 'rgba(255, 255, 255, 0.10)', width: 1.5 };
const HALO = { stroke: 'rgba(0, 0, 0, 0.55)', width: 2 };

/** The object under the pointer and the few that are selected, always in full detail; `hidden` ids are left to a tool. */
export class HighlightLayer extends CanvasLayer {
  constructor(options) {
    super(options);
    this.hovered = null;
    this.selected = [];
    this.hidden = new Set();
  }

  show({ hovered = this.hovered, selected = this.selected, hidden = this.hidden }) {
    if (hovered === this.hovered && selected === this.selected && hidden === this.hidden) return;
    this.hovered = hovered;
    this.selected = selected;
    this.hidden = hidden;
    this.changed();
  }

  draw(context, frame) {
    context.lineJoin = 'round';
    if (this.hovered && !this.selected.includes(this.hovered) && !this.hidden.has(this.hovered.id)) outline(context, this.hovered, frame, HOVERED);
    for (const polygon of this.selected) if (!this.hidden.has(polygon.id)) outline(context, polygon, frame, SELECTED);
  }
}

function outline(context, polygon, frame, { stroke, fill, width }) {
  context.beginPath();
  for (const ring of polygon.rings) traceRing(context, ring, frame, 0.25);
  context.fillStyle = fill;
  context.fill('nonzero');
  context.strokeStyle = HALO.stroke;
  context.lineWidth = (width + HALO.width) * frame.pixelRatio;
  context.stroke();
  context.strokeStyle = stroke;
  context.lineWidth = width * frame.pixelRatio;
  context.stroke();
}
