import { Ledger } from './ledger.js';
import { pileFor, SESSION_FILES } from './plan.js';
import { RateMeter } from './rate.js';
import { PILE_OF, Sender } from './sending.js';

const TOLD_EVERY_MS = 150;
const BROWSER_CLOCK = { now: () => performance.now(), after: (ms, run) => setTimeout(run, ms) };

/** The uploads of one project as a page sees them: files come in, a snapshot tells how far they are. `doors` as in sending.js. */
export class UploadQueue {
  constructor(doors, clock = BROWSER_CLOCK) {
    this.doors = doors;
    this.clock = clock;
    this.listeners = new Set();
    this.onAccepted = () => {};
    this.onFinished = () => {};
    this.onOpened = () => {};
    this.onClosed = () => {};
    this.reset();
  }

  reset() {
    const told = {
      changed: () => this.tellSoon(),
      accepted: count => this.onAccepted({ count }),
      opened: (session, handles) => {
        this.sessions.add(session);
        this.onOpened(session, handles);
      },
      done: () => this.finish(),
    };
    this.ledger = new Ledger();
    this.sender = new Sender({ ledger: this.ledger, doors: this.doors, clock: this.clock, told });
    this.sessions = new Set();
    this.isFinished = true;
    this.meter = new RateMeter();
    this.tell();
  }

  subscribe = listener => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getSnapshot = () => this.snapshot;

  tell() {
    const { ledger, sender } = this;
    this.snapshot = {
      ...ledger.counts, total: ledger.total, bytesTotal: ledger.bytesTotal, bytesSent: ledger.bytesSent, isActive: ledger.isOpen,
      halt: sender.halt, isCut: sender.outage !== null, isPaused: sender.isPaused, rowCount: ledger.rowCount,
      bytesPerSecond: sender.isPaused ? 0 : this.meter.bytesPerSecond(), rowAt: place => ledger.rowAt(place),
    };
    this.listeners.forEach(listener => listener());
  }

  tellSoon() {
    if (this.toldSoon) return;
    this.toldSoon = true;
    this.clock.after(TOLD_EVERY_MS, () => {
      this.toldSoon = false;
      this.meter.add(this.ledger.bytesSent, this.clock.now());
      this.tell();
    });
  }

  /** Files of a drop, [{file, path}] of entries.js; unreadable ones have file null. `handles` may open them again later. */
  add(found, handles = []) {
    this.begin();
    const items = found.map(({ file, path }) => this.enter(file, path)).filter(item => item.pile === 'opening');
    for (let from = 0; from < items.length; from += SESSION_FILES) {
      this.sender.open(items.slice(from, from + SESSION_FILES), handles);
    }
    this.startOff();
  }

  enter(file, path) {
    const name = file?.name ?? path.split('/').at(-1);
    const reason = file ? '' : `${name} couldn't be read from your disk.`;
    return this.ledger.add({ file, name, path, size: file?.size ?? 0 }, reason ? 'refused' : 'opening', reason);
  }

  /** Goes on with a session of before: [{file, path, index, state, reason}] of matching.js; what is there already is only listed. */
  resumeSession(session, matched) {
    this.begin();
    this.sessions.add(session);
    for (const { file, path, index, state, reason } of matched) {
      const about = { file, path, name: file.name, size: file.size, session, index };
      this.ledger.add(about, PILE_OF[state] ?? pileFor(about), reason ?? '');
    }
    this.startOff();
  }

  /** The sessions that this window is sending. */
  openSessions() {
    return this.ledger.isOpen ? [...this.sessions] : [];
  }

  begin() {
    if (!this.ledger.isOpen) this.reset();
    this.isFinished = false;
  }

  startOff() {
    this.meter.add(this.ledger.bytesSent, this.clock.now());
    this.sender.pump();
    this.tell();
  }

  goOn() {
    this.sender.goOn();
    this.tell();
  }

  wake() {
    this.sender.wake();
    this.tell();
  }

  pause() {
    this.sender.pause();
    this.tell();
  }

  resume() {
    this.meter = new RateMeter();
    this.sender.resume();
    this.tell();
  }

  retryFailed() {
    this.isFinished = false;
    const { failed } = this.ledger.piles;
    const unlisted = [];
    while (failed.size > 0) {
      const item = failed.at(0);
      this.ledger.move(item, item.session ? pileFor(item) : 'opening');
      if (!item.session) unlisted.push(item);
    }
    if (unlisted.length > 0) this.sender.open(unlisted);
    this.startOff();
  }

  cancel() {
    this.sender.stopAll();
    const sessions = new Set(this.ledger.openItems().map(({ session }) => session).filter(Boolean));
    for (const item of this.ledger.openItems()) this.ledger.move(item, 'cancelled');
    sessions.forEach(session => this.doors.discard(session));
    this.sender.pump();
    this.tell();
  }

  finish() {
    if (this.isFinished) return;
    this.isFinished = true;
    const { accepted, duplicate, refused, failed } = this.ledger.counts;
    this.tell();
    if (failed === 0) this.sessions.forEach(session => this.onClosed(session));
    this.onFinished({ accepted, duplicate, refused: refused + failed });
  }
}
