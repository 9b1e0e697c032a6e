/** Time that passes only when told to, for tests. */
export class Clock {
  ms = 0;
  timers = [];
  now = () => this.ms;
  after = (delayMs, run) => this.timers.push({ atMs: this.ms + delayMs, run });

  async pass(ms) {
    const end = this.ms + ms;
    for (;;) {
      await flush();
      const due = this.timers.filter(timer => timer.atMs <= end).sort((a, b) => a.atMs - b.atMs)[0];
      if (!due) break;
      this.timers.splice(this.timers.indexOf(due), 1);
      this.ms = Math.max(this.ms, due.atMs);
      due.run();
    }
    this.ms = end;
    await flush();
  }
}

export const flush = () => new Promise(resolve => setImmediate(resolve));

export function deferred() {
  let resolve;
  const promise = new Promise(done => { resolve = done; });
  return { promise, resolve };
}
