import { CanvasLayer } from '../canvaslayer.js';
import { traceRing } from '../paint.js';

const FONT_PX = 12;
const PAD_PX = 5;
const LABEL_PX = 19;
const RIM = 'rgba(255, 255, 255, 0.9)';

/** The objects that others look at or change, outlined in their colour with their name: dashed to look at, whole to change. */
export class PeopleLayer extends CanvasLayer {
  constructor(store, options) {
    super(options);
    this.store = store;
    this.people = [];
  }

  show(people) {
    this.people = people;
    this.changed();
  }

  draw(context, frame) {
    context.save();
    for (const person of this.people) {
      const polygon = person.objectId && this.store.get(person.objectId);
      if (polygon) drawPerson(context, frame, polygon, person);
    }
    context.restore();
  }
}

function drawPerson(context, frame, polygon, { name, colour, isEditing }) {
  const ratio = frame.pixelRatio;
  context.beginPath();
  for (const ring of polygon.rings) traceRing(context, ring, frame, 0.25);
  context.lineJoin = 'round';
  context.setLineDash([]);
  context.strokeStyle = RIM;
  context.lineWidth = 5 * ratio;
  context.stroke();
  context.setLineDash(isEditing ? [] : [6 * ratio, 4 * ratio]);
  context.strokeStyle = colour;
  context.lineWidth = 3 * ratio;
  context.stroke();
  drawName(context, frame, polygon.bounds, isEditing ? `${name} is editing` : name, colour);
}

function drawName(context, { scale, left, top, width, pixelRatio }, [minX, minY], words, colour) {
  context.setLineDash([]);
  context.font = `600 ${FONT_PX * pixelRatio}px system-ui, sans-serif`;
  context.textBaseline = 'middle';
  const wide = context.measureText(words).width + 2 * PAD_PX * pixelRatio;
  const high = LABEL_PX * pixelRatio;
  const x = Math.min(Math.max(0, (minX - left) * scale), width - wide);
  const y = Math.max(0, (minY - top) * scale - high - 3 * pixelRatio);
  context.fillStyle = colour;
  context.beginPath();
  context.roundRect(x, y, wide, high, 4 * pixelRatio);
  context.fill();
  context.fillStyle = '#fff';
  context.fillText(words, x + PAD_PX * pixelRatio, y + high / 2);
}
