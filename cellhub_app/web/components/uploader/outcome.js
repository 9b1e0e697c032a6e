/**
 * What became of one request, from its HTTP status and body: {kind, ...}
 *   answered   files: [{index, state, reason}], id of the session where there is one
 *   lost       reason: nobody answered; whether the files arrived is not known
 *   retry      reason, afterMs (asked for by the server, or 0)
 *   split      the request was too large: its files may go one by one
 *   refused    reason: these files will never be taken
 *   gone       reason: the upload session was discarded
 *   halted     reason: no file will be taken until something is done (signed out, no permission, project gone)
 */
const LOST_STATUSES = new Set([0, 408, 502, 503, 504]);
const RETRY_STATUSES = new Set([425, 429, 500]);
const HALTING_STATUSES = new Set([401, 403, 404]);
const GONE_CODES = new Set(['uploadCancelled', 'uploadSessionNotFound']);
const LONGEST_WAIT_MS = 120e3;

export function retryAfterMs(header, nowMs) {
  if (!header) return 0;
  const seconds = Number(header);
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
  return Math.min(LONGEST_WAIT_MS, Math.max(0, waitMs || 0));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function haltReason(status, detail) {
  if (status === 401) return 'You are signed out. Sign in again in another tab, then continue here.';
  if (status === 403) return detail ?? 'You may look at this project but not add images to it. Ask its owner.';
  return "This project is no longer here, so nothing can be added to it.";
}

export function outcomeOf({ status, text = '', retryAfter = '', files = 1, nowMs = 0 }) {
  const body = parsed(text);
  if (status >= 200 && status < 300) {
    if (!Array.isArray(body?.files)) return { kind: 'retry', reason: 'the server gave an answer that made no sense', afterMs: 0 };
    return { kind: 'answered', id: body.id ?? null, files: body.files };
  }
  if (LOST_STATUSES.has(status)) return { kind: 'lost', reason: status === 0 ? 'the connection broke' : 'the server did not answer' };
  if (RETRY_STATUSES.has(status)) {
    const reason = status === 429 ? 'too many uploads at once' : 'the server had a problem';
    return { kind: 'retry', reason, afterMs: retryAfterMs(retryAfter, nowMs) };
  }
  if (GONE_CODES.has(body?.code)) return { kind: 'gone', reason: 'This upload was discarded in another window.' };
  if (HALTING_STATUSES.has(status)) return { kind: 'halted', signedOut: status === 401, reason: haltReason(status, body?.detail) };
  if (status === 413 && files > 1) return { kind: 'split' };
  if (status === 413) return { kind: 'refused', reason: body?.detail ?? 'The file is larger than this server takes.' };
  return { kind: 'refused', reason: body?.detail ?? 'The server did not take this file.' };
}
