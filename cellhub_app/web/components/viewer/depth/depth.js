import { loadPyramid, planeUrl } from './pyramid.js';
import { placeOf, remember, remembered, resolved } from './settings.js';

const ABOVE_PICTURE = 0.25;
const OFF = { status: 'off', sentence: '', pyramid: null, imageId: '' };

const startWorker = () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });

/**
 * One image in its own depth over its 8-bit picture. On the desk lie `depth` ({status: off | waiting | ready | refused, sentence,
 * pyramid, imageId}), `display` (a setting for each channel, see settings.js), which whoever sets changes what is seen, and
 * `values` ({x, y, values}: the intensities under the pointer). `makeLayer` makes the DepthLayer that is put on the map.
 */
export class Depth {
  #opening = null;

  #worker = null;

  #number = 0;

  #version = 0;

  #place = '';

  #pending = null;

  constructor(map, desk, { makeLayer, makeWorker = startWorker, load = loadPyramid, store = globalThis.localStorage } = {}) {
    Object.assign(this, { map, desk, makeWorker, load, store });
    this.layer = makeLayer({ zIndex: ABOVE_PICTURE }, {
      onWant: tiles => this.#post({ type: 'want', tiles }),
      onDropped: tiles => this.#post({ type: 'forget', tiles }),
      onComplete: isComplete => this.#mark(isComplete ? 'complete' : 'loading'),
    });
    map.addLayer(this.layer);
    this.unlisten = desk.listen('display', () => this.#changed());
    desk.set('depth', OFF);
  }

  /** Shows a plane: {imageId, url, scope (whose settings are kept together), frame, timepoint, width, height}. */
  async open(what) {
    this.close();
    const controller = new AbortController();
    this.#opening = controller;
    const isFirst = what.frame === 0 && what.timepoint === 0;
    const hides = isFirst ? false : { width: what.width, height: what.height };
    this.layer.show(null, { hides, isExpected: true });
    this.desk.set('depth', { ...OFF, status: 'waiting', imageId: what.imageId });
    const url = planeUrl(what.url, what);
    try {
      const pyramid = await this.load(url, { signal: controller.signal });
      if (controller.signal.aborted) return;
      this.#start(pyramid, url, what, hides);
    } catch (error) {
      if (controller.signal.aborted) return;
      this.layer.show(null, { hides });
      this.desk.set('depth', { ...OFF, status: 'refused', sentence: error.message, imageId: what.imageId });
    }
  }

  #start(pyramid, url, what, hides) {
    this.#worker ??= this.#work();
    this.#number += 1;
    this.#place = placeOf(what.scope, pyramid);
    const path = new URL(url.path, globalThis.location?.href).href;
    const { dtype, tile, levels, channels } = pyramid;
    const plane = { id: this.#number, url: { ...url, path }, dtype, tile, levels, channels: channels.length };
    this.#post({ type: 'open', plane });
    this.desk.set('depth', { status: 'ready', sentence: '', pyramid, imageId: what.imageId });
    this.desk.set('display', remembered(this.store, this.#place, pyramid));
    this.layer.show(pyramid, { hides });
  }

  #work() {
    const worker = this.makeWorker();
    worker.onmessage = ({ data }) => this.#heard(data);
    worker.onerror = () => this.#lost();
    return worker;
  }

  #heard(message) {
    if (message.plane !== this.#number || this.desk.get('depth').status !== 'ready') {
      message.bitmap?.close();
      return;
    }
    if (message.type === 'tile') this.layer.put(message);
    else if (message.type === 'values') this.desk.set('values', message);
  }

  #lost() {
    this.close();
    const sentence = 'The full depth of this image could not be shown in this browser. The 8-bit picture is shown.';
    this.desk.set('depth', { ...OFF, status: 'refused', sentence });
  }

  /** For whoever waits for it: tests, and benchmarks. */
  #mark(state) {
    const element = this.map.getTargetElement?.();
    if (element) element.dataset.depth = state;
  }

  #post(message) {
    this.#worker?.postMessage(message);
  }

  /** One message a frame, however fast a slider moves. */
  #changed() {
    if (this.#pending !== null) return;
    const later = globalThis.requestAnimationFrame ?? queueMicrotask;
    this.#pending = true;
    later(() => {
      this.#pending = null;
      const { pyramid, status } = this.desk.get('depth');
      const channels = this.desk.get('display');
      if (status !== 'ready' || channels?.length !== pyramid.channels.length) return;
      this.#version += 1;
      this.layer.version = this.#version;
      this.#mark('loading');
      this.#post({ type: 'display', version: this.#version, channels: resolved(channels, pyramid) });
      remember(this.store, this.#place, channels);
    });
  }

  /** Asks for the intensities under the pointer; they come to the desk as `values`. */
  point(position) {
    const { pyramid, status } = this.desk.get('depth');
    if (!position || status !== 'ready') return;
    const [whole] = pyramid.levels;
    const [x, y] = position.map(Math.floor);
    if (x >= 0 && y >= 0 && x < whole.width && y < whole.height) this.#post({ type: 'read', x, y });
  }

  /** Back to the 8-bit picture alone. */
  close() {
    this.#opening?.abort();
    this.#opening = null;
    this.#number += 1;
    this.#post({ type: 'open', plane: null });
    this.layer.show(null);
    this.#mark('off');
    this.desk.set('values', null);
    this.desk.set('depth', OFF);
  }

  dispose() {
    this.close();
    this.unlisten();
    this.#worker?.terminate();
    this.#worker = null;
    this.map.removeLayer(this.layer);
  }
}
