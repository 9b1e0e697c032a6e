/** A countdown that can be held (pointer or focus on the toast) and resumed. The clock is passed in, in milliseconds. */
export function startCountdown(durationMs, nowMs) {
  return { remainingMs: durationMs, startedMs: nowMs };
}

export function hold(countdown, nowMs) {
  if (countdown.startedMs === null) return countdown;
  return { remainingMs: remaining(countdown, nowMs), startedMs: null };
}

export function resume(countdown, nowMs) {
  return countdown.startedMs === null ? { ...countdown, startedMs: nowMs } : countdown;
}

export function remaining(countdown, nowMs) {
  if (countdown.startedMs === null) return countdown.remainingMs;
  return Math.max(0, countdown.remainingMs - (nowMs - countdown.startedMs));
}

export const LIFETIME_MS = 6000;
export const UNDO_LIFETIME_MS = 10_000;

/** Errors and warnings wait for the reader; the rest leaves by itself, what can be taken back or followed last. Returns null for "never". */
export function lifetimeOf(message) {
  if (message.kind === 'error' || message.kind === 'warning') return null;
  return message.action_label || message.href ? UNDO_LIFETIME_MS : LIFETIME_MS;
}

/** What a screen reader says: title, then detail, as sentences. */
export function spokenText(message) {
  return [message.title, message.detail].filter(Boolean).map(text => (/[.?!:]$/.test(text) ? text : `${text}.`)).join(' ');
}
