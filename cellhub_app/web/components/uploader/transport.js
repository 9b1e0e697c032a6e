import { outcomeOf } from './outcome.js';

const TIMEOUT_MS = 10 * 60e3;
const LOOK_TIMEOUT_MS = 60e3;

export const sessionsUrl = projectId => `/api/v1/projects/${encodeURIComponent(projectId)}/upload-sessions`;
export const sessionUrl = (projectId, session) => `${sessionsUrl(projectId)}/${encodeURIComponent(session)}`;

/** A request that answers with {status, text, retryAfter}; status 0 when nobody answered. Rejects when aborted. */
function exchange({ method, url, body = null, json = false, signal = null, onProgress = null, timeoutMs = TIMEOUT_MS }) {
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    const settle = status => resolve({
      status, text: status ? request.responseText : '', retryAfter: status ? request.getResponseHeader('Retry-After') : '',
    });
    if (onProgress) request.upload.addEventListener('progress', event => onProgress(event.loaded));
    request.addEventListener('load', () => settle(request.status));
    request.addEventListener('error', () => settle(0));
    request.addEventListener('timeout', () => settle(0));
    request.addEventListener('abort', () => reject(signal?.reason));
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.open(method, url);
    request.setRequestHeader('Accept', 'application/json');
    if (json) request.setRequestHeader('Content-Type', 'application/json');
    request.timeout = timeoutMs;
    request.send(body);
  });
}

const told = (answer, files = 1) => outcomeOf({ ...answer, files, nowMs: Date.now() });

/** Makes an upload session that knows every one of the items; the index of a file is its place among them. */
export async function openSession(projectId, items, { signal }) {
  const files = items.map(({ name, path, size, file }) => ({ name, path, size, lastModified: file.lastModified ?? null }));
  return told(await exchange({ method: 'POST', url: sessionsUrl(projectId), body: JSON.stringify({ files }), json: true, signal }));
}

/** What the server has of a session: all its files, or those in one state. */
export async function lookAtSession(projectId, session, state = '') {
  const url = `${sessionUrl(projectId, session)}${state ? `?state=${state}` : ''}`;
  return told(await exchange({ method: 'GET', url, timeoutMs: LOOK_TIMEOUT_MS }));
}

/** Nothing more of it will be taken; what arrived stays. True when the server knows. */
export async function discardSession(projectId, session) {
  const { status } = await exchange({ method: 'DELETE', url: sessionUrl(projectId, session), timeoutMs: LOOK_TIMEOUT_MS });
  return status === 204 || status === 404 || status === 409;
}

/** The sessions of this person in the project, newest first; none when they cannot be had. */
export async function listSessions(projectId) {
  const { status, text } = await exchange({ method: 'GET', url: `${sessionsUrl(projectId)}?limit=20`, timeoutMs: LOOK_TIMEOUT_MS });
  return status === 200 ? JSON.parse(text).data : [];
}

/** Session and index let the server recognise a file that it already took although its answer got lost. */
export async function sendFiles(projectId, session, items, { signal, onProgress }) {
  const form = new FormData();
  form.append('session', session);
  for (const { index, file } of items) {
    form.append('index', String(index));
    form.append('files', file, file.name);
  }
  const url = `/api/v1/projects/${encodeURIComponent(projectId)}/images`;
  return told(await exchange({ method: 'POST', url, body: form, signal, onProgress }), items.length);
}
