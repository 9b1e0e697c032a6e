const BEAT_MS = 5000;
const NOBODY = JSON.stringify({ objectId: null, isEditing: false });

/** An id for this tab; randomUUID is there on https and localhost only. */
export function newTabId(source = crypto) {
  if (source.randomUUID) return source.randomUUID();
  const bytes = source.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Says so over HTTP; what cannot be said is said with the next beat. */
export function sending(api, imageId, tabId) {
  const url = `${api}/images/${imageId}/people/${tabId}`;
  const options = { credentials: 'same-origin', keepalive: true };
  return {
    attend: body => fetch(url, { ...options, method: 'PUT', headers: { 'Content-Type': 'application/json' }, body }).catch(() => {}),
    leave: () => fetch(url, { ...options, method: 'DELETE' }).catch(() => {}),
  };
}

/**
 * Tells the server that this tab shows an image: at once when what has its attention changes, and every 5 s so that it does not fade.
 * A tab that nobody looks at falls silent. `clock` has setInterval and clearInterval.
 */
export class Presence {
  #said = '';

  #timer = null;

  constructor(line, clock = globalThis) {
    this.line = line;
    this.clock = clock;
    this.attention = NOBODY;
  }

  come() {
    if (this.#timer !== null) return;
    this.#timer = this.clock.setInterval(() => this.#say(), BEAT_MS);
    this.#say();
  }

  /** What the person chose, and whether they are changing it. */
  attend(objectId, isEditing) {
    this.attention = JSON.stringify({ objectId: objectId || null, isEditing: Boolean(objectId && isEditing) });
    if (this.#timer !== null && this.attention !== this.#said) this.#say();
  }

  go() {
    if (this.#timer === null) return;
    this.clock.clearInterval(this.#timer);
    this.#timer = null;
    this.line.leave();
  }

  #say() {
    this.#said = this.attention;
    this.line.attend(this.attention);
  }
}
