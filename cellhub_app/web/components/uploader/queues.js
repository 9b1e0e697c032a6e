import { forgetHandles, keepHandles, keptHandles } from './handles.js';
import { Offers } from './offers.js';
import { UploadQueue } from './queue.js';
import { sendLargeFile } from './resumable.js';
import { discardSession, listSessions, lookAtSession, openSession, sendFiles } from './transport.js';
import { Windows } from './windows.js';

/** Uploads go on while the user looks at another page of the app: the queue of a project outlives the component that shows it. */
const uploads = new Map();
const ownSessions = () => [...uploads.values()].flatMap(({ queue }) => queue.openSessions());
const windows = new Windows(ownSessions);

function warnBeforeLeaving(event) {
  if ([...uploads.values()].some(({ queue }) => queue.getSnapshot().isActive)) event.preventDefault();
}

function wakeAll() {
  uploads.forEach(({ queue }) => queue.wake());
}

function discard(projectId, session) {
  forgetHandles(session);
  return discardSession(projectId, session);
}

function queueOf(projectId) {
  const queue = new UploadQueue({
    open: (items, options) => openSession(projectId, items, options),
    send: (session, items, options) => sendFiles(projectId, session, items, options),
    sendLarge: (session, item, options) => sendLargeFile(projectId, session, item, options),
    look: session => lookAtSession(projectId, session),
    discard: session => discard(projectId, session),
  });
  queue.onOpened = keepHandles;
  queue.onClosed = forgetHandles;
  return queue;
}

function offersOf(projectId) {
  return new Offers({
    list: () => listSessions(projectId),
    read: session => lookAtSession(projectId, session),
    discard: session => discard(projectId, session),
    busy: async () => new Set([...ownSessions(), ...(await windows.sessionsElsewhere())]),
    handles: keptHandles,
  });
}

/** {queue, offers} of a project. */
export function uploadsOf(projectId) {
  if (uploads.size === 0) {
    window.addEventListener('beforeunload', warnBeforeLeaving);
    window.addEventListener('online', wakeAll);
  }
  if (!uploads.has(projectId)) uploads.set(projectId, { queue: queueOf(projectId), offers: offersOf(projectId) });
  return uploads.get(projectId);
}
