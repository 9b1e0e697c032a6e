const WINDOW_MS = 6000;
const SHORTEST_MS = 500;

/** Bytes a second over the last few seconds. The clock is passed in, in milliseconds. */
export class RateMeter {
  constructor() {
    this.samples = [];
  }

  add(totalBytes, nowMs) {
    this.samples.push({ totalBytes, atMs: nowMs });
    while (this.samples.length > 2 && nowMs - this.samples[0].atMs > WINDOW_MS) this.samples.shift();
  }

  bytesPerSecond() {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (!first || last.atMs - first.atMs < SHORTEST_MS) return 0;
    return Math.max(0, ((last.totalBytes - first.totalBytes) / (last.atMs - first.atMs)) * 1000);
  }
}

export function rateText(bytesPerSecond) {
  if (bytesPerSecond <= 0) return '';
  return bytesPerSecond < 1e6 ? `${Math.max(1, Math.round(bytesPerSecond / 1e3))} KB/s` : `${(bytesPerSecond / 1e6).toFixed(1)} MB/s`;
}

export function timeLeftText(bytesLeft, bytesPerSecond) {
  if (bytesPerSecond <= 0) return '';
  const seconds = bytesLeft / bytesPerSecond;
  if (seconds < 5) return 'a few seconds left';
  if (seconds < 55) return `about ${Math.ceil(seconds / 5) * 5} s left`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `about ${minutes} min left` : `about ${Math.round(minutes / 60)} h left`;
}
