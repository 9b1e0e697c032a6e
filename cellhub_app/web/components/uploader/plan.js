export const BATCH_BYTES = 8e6;
export const BATCH_FILES = 50;
export const LARGE_BYTES = 8e6;
export const SESSION_FILES = 50_000;
const BYTES_PER_MB = 1024 * 1024;
const SYSTEM_FILES = new Set(['thumbs.db', 'desktop.ini']);

/** Files that systems leave in folders and nobody means to upload. */
export function isSystemFile(name) {
  return name.startsWith('.') || SYSTEM_FILES.has(name.toLowerCase());
}

export function sizeText(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < BYTES_PER_MB) return `${Math.round(bytes / 1024)} KB`;
  const megabytes = bytes / BYTES_PER_MB;
  return megabytes < 1024 ? `${megabytes.toFixed(1)} MB` : `${(megabytes / 1024).toFixed(1)} GB`;
}

/** Large files go alone and resumably, the others many in a request. */
export function pileFor({ size }) {
  return size >= LARGE_BYTES ? 'large' : 'small';
}

/** The items from the front of a pile that make up the next request: of one session, up to 50 files or 8 MB. */
export function nextBatch(pile, { maxFiles = BATCH_FILES, maxBytes = BATCH_BYTES } = {}) {
  const chosen = [];
  let bytes = 0;
  while (chosen.length < Math.min(maxFiles, pile.size)) {
    const item = pile.at(chosen.length);
    if (chosen.length > 0 && (bytes + item.size > maxBytes || item.session !== chosen[0].session)) break;
    chosen.push(item);
    bytes += item.size;
  }
  return chosen;
}
