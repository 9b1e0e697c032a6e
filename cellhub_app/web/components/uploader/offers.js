import { matchFiles } from './matching.js';

const PATIENCE_MS = 3000;
const isUnfinished = ({ finishedAt, cancelledAt, counts }) => !finishedAt && !cancelledAt && counts.needed > 0;

/**
 * Uploads that stopped, offered to go on. `doors`: list() -> [session], read(id) -> outcome with its files, discard(id),
 * busy() -> ids that are being sent in this or another window, handles(id) -> where its files can be opened again.
 */
export class Offers {
  constructor(doors) {
    this.doors = doors;
    this.listeners = new Set();
    this.list = [];
  }

  subscribe = listener => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getSnapshot = () => this.list;

  show(list) {
    this.list = list;
    this.listeners.forEach(listener => listener());
  }

  load() {
    this.loading = this.read();
    return this.loading;
  }

  async read() {
    const unfinished = (await this.doors.list()).filter(isUnfinished);
    if (unfinished.length === 0) return this.show([]);
    const busy = await this.doors.busy();
    const offered = unfinished.filter(({ id }) => !busy.has(id));
    return this.show(await Promise.all(offered.map(async session => ({ ...session, handles: await this.doors.handles(session.id) }))));
  }

  /** Which of the chosen files belong to a session that stopped: {resumed: [{session, matched, missing}], others}. */
  async claim(found) {
    await Promise.race([this.loading, new Promise(resolve => setTimeout(resolve, PATIENCE_MS))]);
    const resumed = [];
    let others = found;
    for (const { id, counts } of this.list) {
      if (others.length === 0) break;
      const answer = await this.doors.read(id);
      if (answer.kind !== 'answered') continue;
      const match = matchFiles(others, answer.files);
      const needed = match.matched.filter(({ state }) => state === 'needed').length;
      if (needed === 0) continue;
      resumed.push({ session: id, matched: match.matched, missing: counts.needed - needed });
      others = match.others;
    }
    this.show(this.list.filter(({ id }) => !resumed.some(({ session }) => session === id)));
    return { resumed, others };
  }

  async discard(id) {
    this.show(this.list.filter(session => session.id !== id));
    if (!(await this.doors.discard(id))) await this.load();
  }
}
