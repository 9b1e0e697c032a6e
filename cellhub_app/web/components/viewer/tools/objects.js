import { moved } from '../shapes/shapes.js';
import { allowedMove, counted, merge, move, remove } from './actions.js';
import { toggled } from './select.js';

/** Each object that is clicked is deleted. */
export class DeleteTool {
  constructor(editor) {
    this.editor = editor;
  }

  click(at) {
    const polygon = this.editor.store.at(...at);
    if (polygon) remove(this.editor, [polygon]);
    else this.editor.refuse('There is no object here.');
  }

  cursorOver(polygon) {
    return polygon ? 'pointer' : 'default';
  }
}

/** The object that is clicked joins the one clicked before; shift collects several first, Enter merges them. */
export class MergeTool {
  constructor(editor) {
    this.editor = editor;
  }

  click(at, event) {
    const { editor } = this;
    const polygon = editor.store.at(...at);
    if (!polygon) return;
    const chosen = toggled(editor.selection, polygon);
    if (chosen.length > 1 && !event.shiftKey) {
      merge(editor, chosen);
      return;
    }
    editor.choose(chosen);
    editor.say(`${counted(chosen.length)} selected. Click another one that touches.`);
  }

  run({ name }) {
    if (name !== 'commit') return false;
    if (this.editor.selection.length < 2) this.editor.refuse('Select at least two objects that touch.');
    else merge(this.editor, this.editor.selection);
    return true;
  }

  cursorOver(polygon) {
    return polygon ? 'pointer' : 'grab';
  }
}

/** Objects follow the pointer, or the arrow keys, and stay inside the image. */
export class MoveTool {
  constructor(editor) {
    this.editor = editor;
    this.from = null;
  }

  down(at) {
    const polygon = this.editor.store.at(...at);
    if (!polygon) return false;
    if (!this.editor.selection.includes(polygon)) this.editor.choose([polygon]);
    this.from = at;
    this.by = [0, 0];
    return true;
  }

  drag([x, y]) {
    if (!this.from) return;
    const { editor } = this;
    this.by = allowedMove(editor.selection, [x - this.from[0], y - this.from[1]], editor.size);
    const shapes = editor.selection.map(({ rings }) => ({ rings: moved(rings, ...this.by) }));
    editor.viewer.setDraft({ shapes }, editor.selection.map(({ id }) => id));
  }

  up() {
    if (!this.from) return;
    const { by } = this;
    this.drop();
    if (by[0] !== 0 || by[1] !== 0) move(this.editor, this.editor.selection, by);
  }

  click(at) {
    const polygon = this.editor.store.at(...at);
    if (!polygon) this.editor.choose([]);
  }

  drop() {
    this.from = null;
    this.editor.viewer.setDraft(null);
  }

  run({ name, direction, px }) {
    if (name === 'cancel' && this.from) {
      this.drop();
      return true;
    }
    if (name !== 'arrow' || this.editor.selection.length === 0) return false;
    move(this.editor, this.editor.selection, [direction[0] * px, direction[1] * px]);
    return true;
  }

  end() {
    this.drop();
  }

  cursorOver(polygon) {
    return polygon ? 'move' : 'grab';
  }
}
