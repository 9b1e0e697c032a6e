import { ByteCache } from './cache.js';
import { decodeTile } from './tilecodec.js';

const AT_ONCE = 6;
const CACHE_BYTES = 96 * 1024 * 1024;
const REST_MS = 3000;

/**
 * Raw tiles of one plane: those that are wanted are loaded in that order, a few at a time; what is not wanted any more is given up.
 * `fetchTile(name, signal)` answers the bytes; `loaded(name, tile)` and `failed(error)` are told.
 */
export class Loader {
  #wanted = [];

  #loading = new Map();

  #rested = new Map();

  constructor({ fetchTile, loaded, failed, now = () => performance.now(), limit = CACHE_BYTES }) {
    Object.assign(this, { fetchTile, loaded, failed, now });
    this.cache = new ByteCache(limit);
  }

  /** From now on these names are wanted, the first one first. */
  want(names) {
    this.#wanted = names;
    const still = new Set(names);
    for (const [name, controller] of this.#loading) {
      if (!still.has(name)) {
        controller.abort();
        this.#loading.delete(name);
      }
    }
    this.#go();
  }

  #next() {
    const rests = name => this.#rested.get(name) > this.now();
    return this.#wanted.find(name => !this.cache.has(name) && !this.#loading.has(name) && !rests(name));
  }

  #go() {
    while (this.#loading.size < AT_ONCE) {
      const name = this.#next();
      if (name === undefined) return;
      this.#load(name);
    }
  }

  async #load(name) {
    const controller = new AbortController();
    this.#loading.set(name, controller);
    try {
      const tile = await decodeTile(await this.fetchTile(name, controller.signal));
      if (controller.signal.aborted) return;
      this.cache.set(name, tile, tile.values.byteLength);
      this.loaded(name, tile);
    } catch (error) {
      if (controller.signal.aborted) return;
      this.#rested.set(name, this.now() + REST_MS);
      this.failed(error, name);
    } finally {
      if (this.#loading.get(name) === controller) this.#loading.delete(name);
      this.#go();
    }
  }

  close() {
    this.want([]);
    this.cache.clear();
  }
}
