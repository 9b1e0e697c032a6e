/**
 * The page answers a selection late: an id that was chosen here comes back as a prop while the user may be two objects further,
 * and must not pull the selection back. Ids sent from here are remembered until they, or later ones, come back.
 */
const MEMORY_MS = 5000;

export class Echoes {
  constructor() {
    this.sent = [];
  }

  note(id, nowMs) {
    this.sent.push({ id, atMs: nowMs });
  }

  /** True if this id is only an answer to what was sent; a page that never answers is forgotten after a while. */
  isEcho(id, nowMs) {
    this.sent = this.sent.filter(({ atMs }) => nowMs - atMs < MEMORY_MS);
    const place = this.sent.findIndex(sent => sent.id === id);
    this.sent.splice(0, place + 1);
    return place >= 0;
  }
}
