/**
 * The files of a project's uploads, in piles: what each state holds, counts and bytes. Every change costs the same however many files
 * there are, so that ten thousand do not make the tray slow. An item is
 * {key, file, name, path, size, session, index, pile, state, reason, sentBytes}.
 */
export const STATE_OF = {
  failed: 'failed', refused: 'refused', duplicate: 'duplicate', sending: 'sending',
  retrying: 'waiting', opening: 'waiting', small: 'waiting', large: 'waiting', cancelled: 'cancelled', accepted: 'accepted',
};
const GROUPS = ['failed', 'refused', 'duplicate', 'sending', 'waiting', 'cancelled', 'accepted'];
const NOT_COUNTED = new Set(['refused', 'cancelled']);
const SENT_WHOLLY = new Set(['accepted', 'duplicate']);
const COMPACT_FROM = 1024;

/** First in, first out, with access by place; taking from its front is free, from its middle costs what lies before. */
export class Pile {
  items = [];
  start = 0;

  get size() {
    return this.items.length - this.start;
  }

  at(place) {
    return this.items[this.start + place];
  }

  push(item) {
    this.items.push(item);
  }

  remove(item) {
    if (this.items[this.start] === item) {
      this.items[this.start] = undefined;
      this.start += 1;
      if (this.start > COMPACT_FROM && this.start * 2 > this.items.length) this.compact();
    } else {
      this.items.splice(this.items.indexOf(item, this.start), 1);
    }
  }

  compact() {
    this.items = this.items.slice(this.start);
    this.start = 0;
  }
}

export class Ledger {
  constructor() {
    this.piles = Object.fromEntries(Object.keys(STATE_OF).map(name => [name, new Pile()]));
    this.counts = Object.fromEntries(GROUPS.map(state => [state, 0]));
    this.total = 0;
    this.bytesTotal = 0;
    this.bytesSent = 0;
    this.keys = 0;
  }

  /** A new item of {file, name, path, size, session, index}. */
  add(about, pile, reason = '') {
    const item = { key: ++this.keys, session: null, index: null, sentBytes: 0, ...about };
    this.total += 1;
    this.enter(item, pile, reason);
    return item;
  }

  move(item, pile, reason = '') {
    this.leave(item);
    this.enter(item, pile, reason);
  }

  enter(item, pile, reason) {
    const state = STATE_OF[pile];
    Object.assign(item, { pile, state, reason, sentBytes: SENT_WHOLLY.has(state) ? item.size : 0 });
    this.piles[pile].push(item);
    this.counts[state] += 1;
    this.countBytes(item, 1);
  }

  leave(item) {
    this.piles[item.pile].remove(item);
    this.counts[item.state] -= 1;
    this.countBytes(item, -1);
  }

  countBytes({ state, size, sentBytes }, sign) {
    if (NOT_COUNTED.has(state)) return;
    this.bytesTotal += sign * size;
    this.bytesSent += sign * sentBytes;
  }

  progress(item, bytes) {
    if (item.state !== 'sending') return;
    this.bytesSent += bytes - item.sentBytes;
    item.sentBytes = bytes;
  }

  /** What waits or is being sent, in its order. */
  openItems() {
    const open = Object.entries(this.piles).filter(([name]) => STATE_OF[name] === 'waiting' || name === 'sending');
    return open.flatMap(([, pile]) => pile.items.slice(pile.start));
  }

  get isOpen() {
    return this.counts.waiting + this.counts.sending > 0;
  }

  /** Rows of the list: each group that has files, under a heading of its own. */
  get rowCount() {
    return GROUPS.reduce((rows, state) => rows + (this.counts[state] > 0 ? 1 + this.counts[state] : 0), 0);
  }

  /** Row `place`: {heading: state, count} or {item}. */
  rowAt(place) {
    let left = place;
    for (const state of GROUPS) {
      const count = this.counts[state];
      if (count === 0) continue;
      if (left === 0) return { heading: state, count };
      if (left <= count) return { item: this.itemOf(state, left - 1) };
      left -= 1 + count;
    }
    return null;
  }

  itemOf(state, place) {
    let left = place;
    for (const [name, pile] of Object.entries(this.piles)) {
      if (STATE_OF[name] !== state) continue;
      if (left < pile.size) return pile.at(left);
      left -= pile.size;
    }
    return null;
  }
}
