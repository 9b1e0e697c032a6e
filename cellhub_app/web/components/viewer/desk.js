/**
 * What the viewer, the tools and the panels of one page share in the browser, by name:
 * `viewer` (the Viewer), `session` (the EditSession of the image), `selection` (ids of objects), `tool` (its name),
 * `plane` ({imageId, frame, timepoint}: which plane of the image is on the screen), `display` (how pixels are shown), `overlay` (outlines of a comparison), `comparison` (which one is asked for), `difference` (how far it is), `people` (who else is here),
 * `editing` (the id of the object that is being changed here, or ''), `question` (what is to be asked before an object is changed).
 * Listeners of a name are called after each change of it, with the new value.
 */
export class Desk {
  #values = new Map();

  #listeners = new Map();

  get(name) {
    return this.#values.get(name);
  }

  set(name, value) {
    if (Object.is(this.#values.get(name), value)) return;
    this.#values.set(name, value);
    for (const listener of [...this.#listeners.get(name) ?? []]) listener(value);
  }

  /** Answers what ends the listening. */
  listen(name, listener) {
    if (!this.#listeners.has(name)) this.#listeners.set(name, new Set());
    this.#listeners.get(name).add(listener);
    return () => this.#listeners.get(name).delete(listener);
  }
}

/** The one of this page: it shows one image in an editor at a time. */
export const desk = new Desk();
