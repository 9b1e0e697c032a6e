import { outcomeOf } from './outcome.js';

const TIMEOUT_MS = 10 * 60e3;

/**
 * Sends items ({key, file}) as one multipart request; calls onProgress(bytes sent) and resolves with an outcome, or rejects when
 * aborted. Session and index let the server recognise a file that it already took although its answer got lost.
 */
export function sendFiles(projectId, items, { session, signal, onProgress }) {
  const form = new FormData();
  form.append('session', session);
  for (const { key, file } of items) {
    form.append('index', String(key));
    form.append('files', file, file.name);
  }
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    const settle = status => resolve(outcomeOf({
      status,
      text: status ? request.responseText : '',
      retryAfter: status ? request.getResponseHeader('Retry-After') : '',
      files: items.length,
      nowMs: Date.now(),
    }));
    request.upload.addEventListener('progress', event => onProgress(event.loaded));
    request.addEventListener('load', () => settle(request.status));
    request.addEventListener('error', () => settle(0));
    request.addEventListener('timeout', () => settle(0));
    request.addEventListener('abort', () => reject(signal.reason));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.open('POST', `/api/v1/projects/${encodeURIComponent(projectId)}/images`);
    request.setRequestHeader('Accept', 'application/json');
    request.timeout = TIMEOUT_MS;
    request.send(form);
  });
}
