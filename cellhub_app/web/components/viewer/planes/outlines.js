import { loadPolygons } from '../loading.js';

const MOST_PLANES = 8;
const MOST_OBJECTS = 40_000;

function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
  });
}

/** Outlines of the planes that were shown last, {revision, objects, found}, so that going back to one takes no request. */
export class PlaneOutlines {
  #kept = new Map();

  constructor({ ask = loadPolygons, rest = pause } = {}) {
    Object.assign(this, { ask, rest });
  }

  /** Keeps outlines under a name; those that were not asked for the longest make room. */
  keep(name, outlines) {
    this.#kept.delete(name);
    this.#kept.set(name, outlines);
    let objects = [...this.#kept.values()].reduce((sum, kept) => sum + kept.objects.length, 0);
    for (const [oldest, kept] of this.#kept) {
      if (oldest === name || (this.#kept.size <= MOST_PLANES && objects <= MOST_OBJECTS)) break;
      this.#kept.delete(oldest);
      objects -= kept.objects.length;
    }
  }

  /** What is kept under a name, if it is of the revision `atLeast` or newer; else null. */
  get(name, atLeast = 0) {
    const kept = this.#kept.get(name);
    return kept && kept.revision >= atLeast ? kept : null;
  }

  /**
   * The outlines behind an address: those that are kept, else those of the server, asked for after `restMs` so that a slider that is
   * dragged over many planes asks for none of them. Without a `name` nothing is kept.
   */
  async load({ name, url, atLeast = 0, restMs = 0 }, signal) {
    const kept = name ? this.get(name, atLeast) : null;
    if (kept) {
      this.keep(name, kept);
      return kept;
    }
    if (restMs > 0) await this.rest(restMs, signal);
    const loaded = await this.ask(url, signal, atLeast);
    if (name) this.keep(name, loaded);
    return loaded;
  }
}
