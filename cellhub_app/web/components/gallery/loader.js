/**
 * The rows of one project under one filter: pages by cursor, as far as somebody looks, and live patches.
 * fetchPage({cursor, limit, signal}) -> {data, nextCursor, hasMore}. One request at a time.
 */
export const PAGE = 100;
const LARGE_PAGE = 200;
const RELOAD_GAP_MS = 500;
const RELOAD_SHARE = 5;
const PATCH_MEMORY = 5000;

const EMPTY = Object.freeze({ rows: [], indexOf: new Map(), hasMore: true, status: 'loading', problem: '' });

export class ImageLoader {
  constructor(fetchPage, { now = () => performance.now(), delay = wait } = {}) {
    this.fetchPage = fetchPage;
    this.now = now;
    this.delay = delay;
    this.listeners = new Set();
    this.snapshot = EMPTY;
    this.cursor = null;
    this.wanted = PAGE;
    this.stale = true;
    this.reloaded = { atMs: -Infinity, tookMs: 0 };
    this.patches = new Map();
    this.controller = new AbortController();
  }

  subscribe = listener => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getSnapshot = () => this.snapshot;

  publish(changes) {
    this.snapshot = { ...this.snapshot, ...changes };
    this.listeners.forEach(listener => listener());
  }

  /** Makes rows up to `count` be there; resolves when they are, or when there are no more, or a problem came up. */
  need(count) {
    this.wanted = Math.max(PAGE, count);
    return this.run();
  }

  refresh() {
    this.stale = true;
    return this.retry();
  }

  retry() {
    if (this.snapshot.problem) this.publish({ problem: '', status: this.snapshot.rows.length ? 'ready' : 'loading' });
    return this.run();
  }

  /** May be called again after dispose(). */
  start() {
    this.controller = new AbortController();
    this.running = null;
    return this.run();
  }

  dispose() {
    this.controller.abort();
  }

  run() {
    if (!this.running) {
      const job = this.work(this.controller.signal).finally(() => {
        if (this.running === job) this.running = null;
      });
      this.running = job;
    }
    return this.running;
  }

  async work(signal) {
    try {
      while (!signal.aborted && this.snapshot.problem === '') {
        if (this.stale) await this.reload(signal);
        else if (this.snapshot.hasMore && this.snapshot.rows.length < this.wanted) await this.more(signal);
        else return;
      }
    } catch (error) {
      if (!signal.aborted) this.publish({ problem: error.message, status: 'failed' });
    }
  }

  /** Reads everything that is looked at anew and swaps it in at once; seldom enough not to keep the server busy with it. */
  async reload(signal) {
    const pause = Math.max(RELOAD_GAP_MS, RELOAD_SHARE * this.reloaded.tookMs) - (this.now() - this.reloaded.atMs);
    if (pause > 0) await this.delay(pause, signal);
    const started = this.now();
    this.stale = false;
    const fresh = { rows: [], indexOf: new Map(), cursor: null, hasMore: true };
    try {
      while (fresh.hasMore && fresh.rows.length < this.wanted) await this.readPage(fresh, signal);
    } catch (error) {
      this.stale = true;
      throw error;
    }
    if (signal.aborted) return;
    this.reloaded = { atMs: this.now(), tookMs: this.now() - started };
    this.accept(fresh);
  }

  async more(signal) {
    const { rows, indexOf } = this.snapshot;
    const longer = { rows: [...rows], indexOf: new Map(indexOf), cursor: this.cursor, hasMore: true };
    await this.readPage(longer, signal);
    if (this.stale || signal.aborted) return;
    this.accept(longer);
  }

  accept({ rows, indexOf, cursor, hasMore }) {
    this.cursor = cursor;
    this.publish({ rows, indexOf, hasMore, status: 'ready' });
  }

  async readPage(list, signal) {
    const requestedMs = this.now();
    const limit = this.wanted - list.rows.length > PAGE ? LARGE_PAGE : PAGE;
    const page = await this.fetchPage({ cursor: list.cursor, limit, signal });
    for (const image of page.data) {
      if (list.indexOf.has(image.id)) continue;
      list.indexOf.set(image.id, list.rows.length);
      list.rows.push(this.patched(image, requestedMs));
    }
    list.cursor = page.nextCursor;
    list.hasMore = page.hasMore && page.nextCursor !== null;
  }

  /** A patch that came while the page was on its way may be newer than the row in it. */
  patched(image, requestedMs) {
    const patch = this.patches.get(image.id);
    return patch && patch.atMs >= requestedMs ? { ...image, ...patch.change } : image;
  }

  /** Live partial rows; `deleted: true` takes a row out. Returns the ids that went away. */
  merge(changes) {
    const { rows, indexOf } = this.snapshot;
    const known = changes.filter(change => indexOf.has(change.id));
    this.remember(changes);
    const gone = known.filter(change => change.deleted).map(change => change.id);
    if (known.length === 0) return gone;
    const next = [...rows];
    for (const change of known) next[indexOf.get(change.id)] = { ...next[indexOf.get(change.id)], ...change };
    if (gone.length === 0) {
      this.publish({ rows: next });
    } else {
      const left = next.filter(row => !row.deleted);
      this.publish({ rows: left, indexOf: new Map(left.map((row, index) => [row.id, index])) });
    }
    return gone;
  }

  remember(changes) {
    const atMs = this.now();
    for (const change of changes) {
      const before = this.patches.get(change.id)?.change;
      this.patches.delete(change.id);
      this.patches.set(change.id, { change: { ...before, ...change }, atMs });
    }
    const excess = this.patches.size - PATCH_MEMORY;
    if (excess > 0) [...this.patches.keys()].slice(0, excess).forEach(id => this.patches.delete(id));
  }
}

function wait(durationMs, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, durationMs);
    signal.addEventListener('abort', () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
  });
}

/**
 * Rows come numbered from `first`, and some are repeated: which are new after number `next`, what comes next, and whether any was missed.
 * Numbers that start again belong to a page that was loaded anew.
 */
export function freshChanges(next, { first, rows }) {
  const end = first + rows.length;
  if (end < next) return { fresh: rows, next: end, missed: first > 0 };
  return { fresh: rows.slice(Math.max(0, next - first)), next: end, missed: first > next };
}
