import { problemOf, withoutVertex, withVertex, withVertexAt } from '../shapes/shapes.js';
import { edgeNear, positionOf, vertexBeside, vertexNear } from './nearest.js';
import { successors } from './results.js';

const VERTEX_REACH_PX = 8;
const EDGE_REACH_PX = 6;

function inImage([x, y], { width, height }) {
  return [Math.max(0, Math.min(width, x)), Math.max(0, Math.min(height, y))];
}

/** The outline of the selected object, vertex by vertex, with the pointer or the keyboard. */
export class VerticesTool {
  constructor(editor) {
    this.editor = editor;
    this.active = null;
    this.held = null;
    this.rings = null;
  }

  begin() {
    if (!this.target) this.editor.say('Click the object whose outline is to change.');
    this.refresh();
  }

  /** The only object that can be edited: the one that was selected last. */
  get target() {
    return this.editor.viewer.selected;
  }

  /** The outline as it is now, while a vertex is held too. */
  get outline() {
    return this.rings ?? this.target?.rings;
  }

  refresh() {
    const { target } = this;
    if (target?.id !== this.shownId) [this.active, this.held, this.rings] = [null, null, null];
    this.shownId = target?.id;
    if (this.active && !(2 * this.active.place < (this.outline?.[this.active.ring]?.length ?? 0))) this.active = null;
    this.draw();
  }

  draw() {
    const { viewer } = this.editor;
    const { outline, active, target } = this;
    if (!outline) return viewer.setDraft(null);
    const draft = { shapes: [{ rings: outline }], handles: outline, active: active && positionOf(outline, active) };
    return viewer.setDraft(draft, [target.id]);
  }

  down(at, event) {
    const { outline, editor } = this;
    if (!outline) return false;
    const vertex = vertexNear(outline, at, editor.reach(VERTEX_REACH_PX));
    if (vertex && event.altKey) return false;
    const edge = vertex ? null : edgeNear(outline, at, editor.reach(EDGE_REACH_PX));
    if (!vertex && !edge) return false;
    this.held = { at: vertex ?? edge, isNew: !vertex, from: at, moved: false };
    return true;
  }

  drag(at) {
    const { held, editor, target } = this;
    if (!held || !target) return;
    if (!held.moved && Math.hypot(at[0] - held.from[0], at[1] - held.from[1]) < editor.reach(2)) return;
    held.moved = true;
    const { ring, place } = held.at;
    const [x, y] = inImage(at, editor.size);
    this.rings = (held.isNew ? withVertex : withVertexAt)(target.rings, ring, place, x, y);
    this.active = { ring, place };
    this.draw();
  }

  up() {
    const { held, rings } = this;
    this.held = null;
    if (!held) return;
    this.active = held.isNew && !held.moved ? null : { ring: held.at.ring, place: held.at.place };
    if (rings) this.commit(rings, held.isNew ? 'Added a vertex.' : 'Moved a vertex.');
    else this.draw();
  }

  click(at, event) {
    const { outline, editor } = this;
    const vertex = outline && vertexNear(outline, at, editor.reach(VERTEX_REACH_PX));
    if (vertex && event.altKey) this.removeAt(vertex);
    if (vertex || (outline && edgeNear(outline, at, editor.reach(EDGE_REACH_PX)))) return;
    const polygon = editor.store.at(...at);
    if (polygon && polygon !== this.target) editor.choose([polygon]);
  }

  /** Stores an outline, or puts the old one back with the reason. */
  commit(rings, note) {
    const { target, editor } = this;
    this.rings = null;
    const problem = problemOf(rings);
    if (problem) editor.refuse(`${problem} The outline stays as it was.`);
    else editor.apply({ removed: [target.id], added: successors(target, [rings]), note });
    this.refresh();
  }

  removeAt(vertex) {
    const rings = withoutVertex(this.target.rings, vertex.ring, vertex.place);
    if (!rings) {
      this.editor.refuse('An outline needs three vertices. Delete the object instead.');
      return;
    }
    this.commit(rings, 'Removed a vertex.');
  }

  insert() {
    const { ring, place } = this.active;
    const points = this.target.rings[ring];
    const next = (2 * place + 2) % points.length;
    const [x, y] = [(points[2 * place] + points[next]) / 2, (points[2 * place + 1] + points[next + 1]) / 2];
    this.active = { ring, place: place + 1 };
    this.commit(withVertex(this.target.rings, ring, place + 1, x, y), 'Added a vertex.');
  }

  nudge([dx, dy], px) {
    const [x, y] = positionOf(this.target.rings, this.active);
    const [u, v] = inImage([x + dx * px, y + dy * px], this.editor.size);
    this.commit(withVertexAt(this.target.rings, this.active.ring, this.active.place, u, v), `Vertex at x ${u}, y ${v} px.`);
  }

  step(by) {
    const next = vertexBeside(this.target.rings, this.active, by);
    if (!next) return false;
    this.active = next;
    const [x, y] = positionOf(this.target.rings, next);
    this.editor.say(`Vertex ${next.place + 1} of ${this.target.rings[next.ring].length / 2}${next.ring > 0 ? ` of hole ${next.ring}` : ''}, x ${x}, y ${y} px.`);
    this.draw();
    return true;
  }

  run({ name, step, direction, px }) {
    if (!this.target) return false;
    if (name === 'tab') return this.step(step);
    if (!this.active) return false;
    if (name === 'arrow') this.nudge(direction, px);
    else if (name === 'remove') this.removeAt(this.active);
    else if (name === 'insert' || name === 'commit') this.insert();
    else if (name === 'cancel') this.release();
    else return false;
    return true;
  }

  release() {
    [this.active, this.held, this.rings] = [null, null, null];
    this.draw();
  }

  end() {
    this.release();
  }

  cursorOver(polygon, at) {
    const { outline, editor } = this;
    if (at && outline && vertexNear(outline, at, editor.reach(VERTEX_REACH_PX))) return 'move';
    if (at && outline && edgeNear(outline, at, editor.reach(EDGE_REACH_PX))) return 'copy';
    return polygon ? 'pointer' : 'grab';
  }
}
