import { Upload } from 'tus-js-client';
import { outcomeOf } from './outcome.js';
import { lookAtSession } from './transport.js';

const CHUNK_BYTES = 8 * 1024 * 1024;
/** Another offset than we thought, or a request of before that the server has not ended yet. */
const OUT_OF_STEP = new Set([409, 423, 460]);

/** One large file by tus, from where it was left; what became of it is asked of its session. The queue tries again, not tus. */
export async function sendLargeFile(projectId, session, item, { signal, onProgress }) {
  const problem = await transfer(projectId, session, item, { signal, onProgress });
  return problem ?? fateOf(projectId, session, item.index);
}

function transfer(projectId, session, { file, name, index }, { signal, onProgress }) {
  return new Promise((resolve, reject) => {
    const upload = new Upload(file, {
      endpoint: '/api/v1/uploads',
      chunkSize: CHUNK_BYTES,
      retryDelays: null,
      metadata: { projectId, filename: name, session, index: String(index) },
      fingerprint: async () => `cellhub-upload-${session}-${index}`,
      removeFingerprintOnSuccess: true,
      onProgress: sent => onProgress(sent),
      onSuccess: () => resolve(null),
      onError: error => resolve(problemOf(error)),
    });
    signal.addEventListener('abort', () => {
      upload.abort();
      reject(signal.reason);
    }, { once: true });
    upload.findPreviousUploads().then(previous => {
      if (signal.aborted) return;
      if (previous.length > 0) upload.resumeFromPreviousUpload(previous[0]);
      upload.start();
    });
  });
}

function problemOf(error) {
  const response = error.originalResponse;
  if (!response) return outcomeOf({ status: 0 });
  const status = response.getStatus();
  const outcome = outcomeOf({ status, text: response.getBody(), retryAfter: response.getHeader('Retry-After') ?? '', nowMs: Date.now() });
  const isOutOfStep = OUT_OF_STEP.has(status) && outcome.kind === 'refused';
  return isOutOfStep ? { kind: 'retry', reason: 'the server was still busy with it', afterMs: 0 } : outcome;
}

/** tus says only that the bytes arrived; whether the file was taken stands in the session. */
async function fateOf(projectId, session, index) {
  for (const state of ['refused', 'duplicate']) {
    const answer = await lookAtSession(projectId, session, state);
    if (answer.kind !== 'answered') return answer;
    const found = answer.files.find(file => file.index === index);
    if (found) return { kind: 'answered', files: [found] };
  }
  return { kind: 'answered', files: [{ index, state: 'received', reason: null }] };
}
