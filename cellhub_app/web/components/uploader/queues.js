import { UploadQueue } from './queue.js';
import { sendFiles } from './transport.js';

/** Uploads go on while the user looks at another page of the app: the queue of a project outlives the component that shows it. */
const queues = new Map();

function warnBeforeLeaving(event) {
  if ([...queues.values()].some(queue => queue.getSnapshot().isActive)) event.preventDefault();
}

export function queueOf(projectId) {
  if (queues.size === 0) window.addEventListener('beforeunload', warnBeforeLeaving);
  if (!queues.has(projectId)) queues.set(projectId, new UploadQueue((items, options) => sendFiles(projectId, items, options)));
  return queues.get(projectId);
}
