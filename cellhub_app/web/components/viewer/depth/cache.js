/** Keeps what was used last, up to so many bytes; `drop` is called with what goes. */
export class ByteCache {
  #entries = new Map();

  constructor(limit, drop = () => {}) {
    this.limit = limit;
    this.drop = drop;
    this.bytes = 0;
  }

  get(key) {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  has(key) {
    return this.#entries.has(key);
  }

  set(key, value, bytes) {
    this.remove(key);
    this.#entries.set(key, { value, bytes });
    this.bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.bytes <= this.limit || oldest === key) break;
      this.remove(oldest);
    }
  }

  remove(key) {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.bytes -= entry.bytes;
    this.drop(entry.value);
  }

  clear() {
    for (const key of [...this.#entries.keys()]) this.remove(key);
  }
}
