import { t } from '../charts/language.js';

/** What the badge of an image says: {kind, word}; kind is the colour and icon, never shown alone. */
const SEGMENTATION = {
  queued: { kind: 'waiting', word: 'Queued' },
  running: { kind: 'working', word: 'Processing' },
  paused: { kind: 'waiting', word: 'Paused' },
  succeeded: { kind: 'done', word: 'Done' },
  failed: { kind: 'failed', word: 'Failed' },
  cancelled: { kind: 'cancelled', word: 'Cancelled' },
};

const IMAGE = {
  uploaded: { kind: 'waiting', word: 'Uploaded' },
  ingesting: { kind: 'working', word: 'Reading' },
  failed: { kind: 'failed', word: 'Failed' },
};

const READY = { kind: 'ready', word: 'Ready' };
const LOOK_FIRST = { kind: 'doubt', word: 'Look first' };

/** What is wrong with the picture itself, the worst first: what the badge says, and in full. */
const FLAWS = {
  empty: { word: 'Looks empty', full: 'The field looks empty' },
  blurred: { word: 'Looks blurred', full: 'The picture looks blurred' },
  saturated: { word: 'Saturated', full: 'Many pixels are saturated' },
};

const DAY_MS = 24 * 3600e3;
const KEPT_DAYS = 30;

/** How long an image in the trash can still be restored. */
function deletedBadge(deletedAt, nowMs) {
  const days = Math.max(0, Math.ceil(KEPT_DAYS - (nowMs - Date.parse(deletedAt)) / DAY_MS));
  return { kind: 'deleted', word: days === 1 ? t('1 day left') : t('{days} days left', { days }) };
}

/** From which doubt on an image should be looked at first: each model has its own mark, or one number for all. */
function markOf(image, doubtFrom) {
  return typeof doubtFrom === 'number' ? doubtFrom : doubtFrom[image.segmentation?.model] ?? Infinity;
}

/** What the doubt of a segmented image means, in words; empty without one. */
export function doubtWords(image) {
  if (typeof image.doubt !== 'number' || image.segmentation?.status !== 'succeeded') return '';
  const percent = Math.round(100 * image.doubt);
  return percent < 1 ? t('Hardly any doubt about its outlines') : t('About {percent} % of its objects are likely wrong or missing', { percent });
}

const flawsOf = image => Object.keys(FLAWS).filter(name => image.flaws?.includes(name));

/** What is wrong with the picture, in words; empty where nothing is. */
export function flawWords(image) {
  return flawsOf(image).map(name => t(FLAWS[name].full)).join('. ');
}

/** An image that nobody has segmented says first what is wrong with it. */
function readyBadge(image) {
  const [worst] = flawsOf(image);
  return worst ? { kind: 'doubt', word: FLAWS[worst].word } : READY;
}

/**
 * How far the worker is with an image that takes minutes, in percent; null for all others, and once its job does not run any more.
 * Nothing is at 100 % before it is done.
 */
export function percentOf(image) {
  const { progress, segmentation } = image;
  if (segmentation?.status !== 'running' || progress?.jobId !== segmentation.jobId) return null;
  return Math.min(99, Math.floor(100 * progress.progress));
}

/** An image that is still being read says so even when its segmentation already waits for it. */
function stateOf(image, doubtFrom) {
  const reading = IMAGE[image.status];
  if (reading) return image.segmentation?.status === 'queued' && reading.kind === 'waiting' ? SEGMENTATION.queued : reading;
  const percent = percentOf(image);
  if (percent !== null) return { kind: 'working', word: 'Processing {percent} %', values: { percent } };
  const badge = SEGMENTATION[image.segmentation?.status] ?? readyBadge(image);
  return badge.kind === 'done' && image.doubt >= markOf(image, doubtFrom) ? LOOK_FIRST : badge;
}

/** In the page's language. */
export function badgeOf(image, doubtFrom = Infinity, nowMs = Date.now()) {
  if (image.deletedAt) return deletedBadge(image.deletedAt, nowMs);
  const { kind, word, values } = stateOf(image, doubtFrom);
  return { kind, word: t(word, values) };
}

/** Why it failed, in the server's plain words; empty when it did not. */
export function reasonOf(image) {
  const error = image.status === 'failed' ? image.error : image.segmentation?.status === 'failed' ? image.segmentation.error : null;
  return (typeof error === 'string' ? error : error?.detail) ?? '';
}

/** Whether there are outlines: those of before stay while the image is segmented again, or after that failed. */
export function isSegmented(image) {
  return image.revision > 0 || image.segmentation?.status === 'succeeded';
}

export function objectsNoun(count) {
  return t(count === 1 ? 'object' : 'objects');
}
