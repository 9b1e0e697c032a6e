import { desk } from '../desk.js';
import { holderOf, lockText, mayEdit } from '../people/locks.js';
import { EditRefused } from '../saving/session.js';
import * as actions from './actions.js';
import { TOOL_BY_NAME } from './catalog.js';
import { AreaTool, PanTool, SelectTool } from './select.js';
import { DrawTool } from './draw.js';
import { DeleteTool, MergeTool, MoveTool } from './objects.js';
import { VerticesTool } from './vertices.js';

const MAKERS = {
  select: editor => new SelectTool(editor),
  box: editor => new AreaTool(editor, 'box'),
  lasso: editor => new AreaTool(editor, 'lasso'),
  vertices: editor => new VerticesTool(editor),
  draw: editor => new DrawTool(editor, 'draw'),
  freehand: editor => new DrawTool(editor, 'freehand'),
  points: editor => new DrawTool(editor, 'points'),
  slice: editor => new DrawTool(editor, 'slice'),
  hole: editor => new DrawTool(editor, 'hole'),
  merge: editor => new MergeTool(editor),
  move: editor => new MoveTool(editor),
  delete: editor => new DeleteTool(editor),
  pan: () => new PanTool(),
};
const OPTIONS = Object.freeze({ classId: 0, growPx: 1, tolerancePx: 1 });

/**
 * Editing the objects of one image: which tool is in hand, what is done to the selection, undo and redo. The viewer shows,
 * the session (saving/session.js) remembers and saves. A tool has any of down, drag, up, move, click, doubleClick, cursorOver (see Viewer),
 * begin, end, and run(command): true if it did something with the command of keys.js.
 * `state` is {tool, panel, options, message, problem}; a new one for each change, told to whoever listens.
 */
export class Editor {
  constructor({ viewer, session, size }) {
    this.viewer = viewer;
    this.session = session;
    this.size = size;
    this.listeners = new Set();
    this.agreed = new Set();
    this.state = Object.freeze({ tool: '', panel: '', options: OPTIONS, message: '', problem: false });
    this.unlisten = session.listen(({ removed = [], added = [] }) => {
      if (removed.length > 0 || added.length > 0) this.viewer.change({ removed, added });
      this.tool?.refresh?.();
    });
    this.use('select');
  }

  listen(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  set(change) {
    this.state = Object.freeze({ ...this.state, ...change });
    for (const listener of [...this.listeners]) listener(this.state);
  }

  get store() {
    return this.viewer.store;
  }

  get selection() {
    return this.viewer.selection;
  }

  get options() {
    return this.state.options;
  }

  /** How many image px so many px of the screen are. */
  reach(screenPx) {
    return screenPx * this.viewer.camera.resolution;
  }

  /** An option as a number, whatever was typed. */
  number(name) {
    const value = Number.parseFloat(this.options[name]);
    return Number.isFinite(value) ? value : OPTIONS[name];
  }

  setOption(name, value) {
    this.set({ options: Object.freeze({ ...this.options, [name]: value }) });
  }

  /** A sentence for the status line. */
  say(message, problem = false) {
    this.set({ message, problem });
  }

  refuse(message) {
    this.say(message, true);
    return false;
  }

  use(name) {
    if (!MAKERS[name]) return;
    this.tool?.end?.();
    this.viewer.setDraft(null);
    this.tool = MAKERS[name](this);
    this.viewer.hand = this.tool;
    this.set({ tool: name, panel: '', message: '', problem: false });
    this.tool.begin?.();
    this.say(this.state.message || TOOL_BY_NAME.get(name).hint, this.state.problem);
  }

  open(panel) {
    this.set({ panel });
  }

  choose(polygons) {
    this.viewer.chooseAll(polygons);
    this.tool?.refresh?.();
  }

  /**
   * Makes an edit and selects what came of it; false, with the reason in the status line, if it may not be. Where somebody else is
   * changing one of the objects, it is made once the person has said that they want to go on.
   */
  apply(edit) {
    const ids = (edit.removed ?? []).filter(id => !this.agreed.has(id));
    const holder = holderOf(desk.get('people'), ids);
    if (!holder) return this.commit(edit);
    mayEdit(desk, ids).then(isWanted => {
      if (!isWanted) return;
      ids.forEach(id => this.agreed.add(id));
      this.commit(edit);
    });
    return this.refuse(lockText(holder));
  }

  commit({ removed = [], added = [], note, select = added.map(({ id }) => id) }) {
    try {
      this.session.apply({ removed, added, note });
    } catch (error) {
      if (error instanceof EditRefused) return this.refuse(error.message);
      throw error;
    }
    this.choose(select.map(id => this.store.get(id)).filter(Boolean));
    this.say(note);
    return true;
  }

  undo() {
    return this.travel('undo', this.session.canUndo, 'Undone.', 'There is nothing to undo.');
  }

  redo() {
    return this.travel('redo', this.session.canRedo, 'Done again.', 'There is nothing to do again.');
  }

  async travel(way, can, done, nothing) {
    if (!can) {
      this.refuse(nothing);
      return;
    }
    try {
      await this.session[way]();
      this.say(done);
    } catch (error) {
      if (!(error instanceof EditRefused)) throw error;
      this.refuse(error.message);
    }
  }

  /** Runs a command of keys.js; true if there was something to do, so that the key is nobody else's. */
  run(command) {
    if (this.tool?.run?.(command)) return true;
    const { name } = command;
    if (name === 'tool') return this.pick(command.tool);
    if (name === 'action') return actions.start(this, command.action);
    if (name === 'undo' || name === 'redo') {
      this[name]();
      return true;
    }
    if (name === 'all') return this.all();
    if (name === 'cancel') return this.cancel();
    if (name === 'remove') return this.selection.length > 0 && actions.remove(this);
    if (name === 'fill') return actions.fill(this);
    if (name === 'grow' || name === 'shrink') return actions.resize(this, name === 'grow' ? this.number('growPx') : -this.number('growPx'));
    if (name === 'arrow') return this.arrow(command);
    if (name === 'next' || name === 'previous') return this.walk(command);
    return ['zoomIn', 'zoomOut', 'fit'].includes(name) && this.viewer.run(command);
  }

  /** Takes a tool in hand; delete and merge act at once on what is selected. */
  pick(name) {
    if (name === 'delete' && this.selection.length > 0) return actions.remove(this);
    if (name === 'merge' && this.selection.length > 1) return actions.merge(this, this.selection) || true;
    this.use(name);
    return true;
  }

  /** From where an object was deleted the next step goes to its neighbours, not to the first of all. */
  resume(place) {
    this.place = place;
  }

  walk(command) {
    const { place = -1 } = this;
    this.place = -1;
    const neighbour = this.selection.length === 0 && place >= 0 && this.store.polygons[command.name === 'next' ? place : place - 1];
    if (neighbour) {
      this.choose([neighbour]);
      this.viewer.reveal(neighbour);
      return true;
    }
    return this.viewer.run(command) || this.refuse('There is no object further on.') || true;
  }

  all() {
    this.choose([...this.store.polygons]);
    this.say(`${this.selection.length.toLocaleString('en')} objects selected.`);
    return true;
  }

  /** One step back: a selecting tool in hand, then nothing selected. */
  cancel() {
    if (this.state.panel) this.open('');
    else if (this.state.tool !== 'select') this.use('select');
    else if (this.selection.length > 0) this.choose([]);
    else return false;
    return true;
  }

  arrow({ direction, px }) {
    if (px > 1) return this.viewer.run({ name: 'pan', direction });
    return this.selection.length > 0 && this.viewer.run({ name: 'select', direction });
  }

  dispose() {
    this.unlisten();
    this.tool?.end?.();
    this.viewer.setDraft(null);
    this.viewer.hand = null;
  }
}
