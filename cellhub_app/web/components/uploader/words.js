import { rateText, timeLeftText } from './rate.js';

const number = count => count.toLocaleString('en');
export const files = count => `${number(count)} ${count === 1 ? 'file' : 'files'}`;
export const images = count => `${number(count)} ${count === 1 ? 'image' : 'images'}`;

/** What stands above the files of a state. */
export function headingOf(state, count) {
  const words = {
    failed: `${files(count)} not sent`,
    refused: `${number(count)} refused`,
    duplicate: count === 1 ? '1 is already here' : `${number(count)} are already here`,
    sending: 'Sending',
    waiting: `${number(count)} waiting`,
    cancelled: `${number(count)} cancelled`,
    accepted: `${number(count)} added`,
  };
  return words[state];
}

/** The whole upload in a few words. */
export function titleOf({ isActive, halt, isCut, isPaused, total, accepted, duplicate, refused, failed, cancelled }) {
  if (halt) return 'Upload stopped';
  if (isActive && isPaused) return 'Upload paused';
  if (isActive && isCut) return 'Waiting for the server';
  if (isActive) return `Uploading ${files(total)}`;
  const left = [[duplicate, 'already here'], [refused, 'refused'], [failed, 'not sent'], [cancelled, 'cancelled']];
  const rest = left.filter(([count]) => count > 0).map(([count, word]) => `${number(count)} ${word}`);
  return [`${images(accepted)} added`, ...rest].join(', ');
}

export function progressText(snapshot) {
  const { accepted, duplicate, refused, failed, total, bytesTotal, bytesSent, bytesPerSecond, isCut, isPaused } = snapshot;
  const done = `${number(accepted + duplicate + refused + failed)} of ${number(total)}`;
  if (isPaused) return done;
  if (isCut) return `${done} · it goes on by itself`;
  return [done, rateText(bytesPerSecond), timeLeftText(bytesTotal - bytesSent, bytesPerSecond)].filter(Boolean).join(' · ');
}

/** "An upload of 300 images stopped at 180." */
export function offerText({ counts }) {
  const { needed, received, duplicate, refused } = counts;
  const done = received + duplicate + refused;
  const whole = `An upload of ${files(needed + done)}`;
  return done > 0 ? `${whole} stopped at ${number(done)}.` : `${whole} stopped before the first arrived.`;
}

export function offerAdvice({ handles }) {
  const [first, ...others] = handles;
  return first
    ? `It goes on with ${first.name}${others.length > 0 ? ` and ${others.length} more` : ''}; nothing is sent twice.`
    : 'Choose the same files or folder again to go on; nothing is sent twice.';
}
