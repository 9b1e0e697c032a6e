import { finishers } from './finishers.js';

const STROKE_STEP_PX = 2;
const SAME_PLACE_PX = 3;
const CLOSE_PX = 9;
const DRAGGED_PX = 5;

/** What each drawing tool draws: an outline or a line, of clicked points (any) or by dragging too, from so many points on. */
const KINDS = {
  draw: { closes: true, strokes: false, least: 3 },
  freehand: { closes: true, strokes: true, least: 3 },
  points: { closes: false, strokes: true, least: 2 },
  slice: { closes: false, strokes: true, least: 2 },
  hole: { closes: true, strokes: true, least: 3 },
};

function distance([x, y], [u, v]) {
  return Math.hypot(u - x, v - y);
}

/** Draws a path by clicks, by dragging, or with a crosshair that the arrow keys move; a finisher makes an edit of it. */
export class DrawTool {
  constructor(editor, name) {
    this.editor = editor;
    this.name = name;
    this.kind = KINDS[name];
    this.points = [];
    this.stroke = null;
    this.pointer = null;
    this.crosshair = null;
    this.isRepeated = false;
  }

  draw() {
    const { points, stroke, pointer, crosshair, kind } = this;
    const path = stroke ? { points: stroke, dots: false, closed: false } : { points: pointer && points.length > 0 ? [...points, pointer] : points, closed: kind.closes && points.length > 1 };
    this.editor.viewer.setDraft({ path, crosshair });
  }

  down(at) {
    if (!this.kind.strokes || this.points.length > 0) return false;
    this.stroke = [at];
    this.crosshair = null;
    return true;
  }

  drag(at) {
    if (!this.stroke) return;
    if (distance(this.stroke.at(-1), at) >= this.editor.reach(STROKE_STEP_PX)) this.stroke.push(at);
    this.draw();
  }

  up() {
    const { stroke, editor } = this;
    this.stroke = null;
    if (!stroke) return;
    const isDrawn = stroke.some(point => distance(point, stroke[0]) > editor.reach(DRAGGED_PX));
    if (isDrawn) this.finish(stroke);
    else this.draw();
  }

  move(at) {
    this.pointer = at;
    this.crosshair = null;
    if (this.points.length > 0) this.draw();
  }

  click(at) {
    const { points, kind, editor } = this;
    if (kind.closes && points.length >= kind.least && distance(points[0], at) <= editor.reach(CLOSE_PX)) this.finish(points);
    else this.put(at);
  }

  /** Two quick clicks are a double click to the map, wherever they are; only the same place twice ends the path. */
  doubleClick() {
    if (this.isRepeated && this.points.length > 0) this.finish(this.points);
  }

  put(at) {
    const last = this.points.at(-1);
    this.isRepeated = Boolean(last) && distance(last, at) <= this.editor.reach(SAME_PLACE_PX);
    if (this.isRepeated) return;
    this.points.push(at);
    this.editor.say(`${this.points.length} ${this.points.length === 1 ? 'point' : 'points'}, the last at x ${Math.round(at[0])}, y ${Math.round(at[1])} px. Enter ends, Backspace takes one back.`);
    this.draw();
  }

  finish(points) {
    const { kind, editor, name } = this;
    if (points.length < kind.least) {
      editor.refuse(`This needs at least ${kind.least} points.`);
      return;
    }
    this.drop();
    finishers[name](editor, points);
  }

  drop() {
    this.points = [];
    this.stroke = null;
    this.draw();
  }

  run({ name, direction, px }) {
    if (name === 'arrow') return this.aim(direction, px);
    if (name === 'put') return this.putCrosshair();
    if (this.points.length === 0 && !this.stroke) return name === 'remove';
    if (name === 'commit') this.finish(this.points);
    else if (name === 'cancel') this.drop();
    else if (name === 'remove') this.takeBack();
    else return false;
    return true;
  }

  takeBack() {
    this.points.pop();
    this.editor.say(`${this.points.length} left.`);
    this.draw();
  }

  aim([dx, dy], px) {
    const { width, height } = this.editor.size;
    const [x, y] = this.crosshair ?? this.points.at(-1) ?? this.editor.viewer.camera.centre.map(Math.round);
    this.crosshair = [Math.max(0, Math.min(width, x + dx * px)), Math.max(0, Math.min(height, y + dy * px))];
    this.pointer = this.crosshair;
    this.editor.say(`x ${this.crosshair[0]}, y ${this.crosshair[1]} px. Space puts a point here.`);
    this.draw();
    return true;
  }

  putCrosshair() {
    if (!this.crosshair) return this.aim([0, 0], 0);
    this.put(this.crosshair);
    return true;
  }

  end() {
    this.crosshair = null;
    this.drop();
  }

  cursorOver() {
    return 'crosshair';
  }
}
