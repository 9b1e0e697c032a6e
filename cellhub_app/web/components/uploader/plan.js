export const BATCH_BYTES = 8e6;
export const BATCH_FILES = 50;
export const LARGE_BYTES = 8e6;
export const SESSION_FILES = 50_000;
const BYTES_PER_MB = 1024 * 1024;
const SYSTEM_FILES = new Set(['thumbs.db', 'desktop.ini']);

function extensionOf(name) {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot).toLowerCase() : '';
}

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

/** [".png", ".tif", ".tiff"] -> "PNG or TIFF": one word a format. */
export function formatsText(accept) {
  const sameFormat = { TIF: 'TIFF', JPG: 'JPEG' };
  const words = [...new Set(accept.map(extension => extension.replace('.', '').toUpperCase()).map(word => sameFormat[word] ?? word))];
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** Why a file is not sent at all, in one sentence; empty when it may go. `limits` = {accept, maxFileMb}. */
export function refusalOf({ name, size }, { accept, maxFileMb }) {
  if (accept.length > 0 && !accept.includes(extensionOf(name))) {
    return `${name} is not an image that CellHub reads here. Choose ${formatsText(accept)}.`;
  }
  if (size === 0) return `${name} is empty. Save or copy it again.`;
  if (size > maxFileMb * BYTES_PER_MB) return `${name} is too large: ${sizeText(size)}, and one file may have ${sizeText(maxFileMb * BYTES_PER_MB)}.`;
  return '';
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
