import React from 'react';
import { useIsShown } from '../planes/useplane.js';
import { useSession } from '../tools/useediting.js';
import { useDesk } from '../usedesk.js';
import { useLoaded } from '../useloaded.js';
import { asked } from './asking.js';
import { useNow } from './usehistory.js';
import { agoText, detailsOf, momentText, stepText } from './words.js';
import './history.css';

async function fetchOrigin({ api, imageId, frame, objectId }, signal) {
  const response = await asked(`${api}/images/${imageId}/objects/${objectId}/history?frame=${frame}`, 'origin of the object', { signal });
  return response.json();
}

function Step({ step, models, now, jobs }) {
  const { createdAt, number, note, jobId, startedBy } = step.revision;
  const details = detailsOf(step);
  return (
    <li data-how={step.how} data-testid="origin-step">
      <p>
        <b>{stepText(step, models)}</b> <time className="ch-origin-dim" dateTime={createdAt} title={momentText(createdAt)}>{agoText(Date.parse(createdAt), now)}</time>
      </p>
      {details.length > 0 && <p className="ch-origin-dim">{details.join(', ')}</p>}
      <p className="ch-origin-dim">
        Revision {number}{startedBy && `, asked by ${startedBy}`}{note && step.how !== 'restored' && `: ${note}`}
        {jobId && step.how === 'found' && <> · <a href={`${jobs}/${jobId}`} data-testid="origin-run">See the run</a></>}
      </p>
    </li>
  );
}

/** Who or what made the chosen object, once the server knows it, back through all that it came from. `jobs` is below which address pages of runs are. */
export function ObjectOrigin({ api, imageId, frame, frames, objectId, revision, models, jobs }) {
  const unsaved = useSession(useDesk('session'))?.state.pending > 0;
  const isShown = useIsShown(imageId, frame, frames); // else it may be unsaved, in a plane that was just left
  const key = imageId && objectId && isShown && !unsaved ? `${imageId} ${objectId} ${frame} ${revision}` : '';
  const isSameObject = (before, now) => before?.split(' ')[1] === now.split(' ')[1];
  const origin = useLoaded(key, signal => fetchOrigin({ api, imageId, frame, objectId }, signal), isSameObject);
  const now = useNow();
  if (!key) return null;
  const { steps = [], removed, isComplete = true } = origin.value ?? {};
  return (
    <section className="ch-origin" aria-label="Where the object comes from" data-testid="object-origin" data-state={origin.status}>
      <h2>Where it comes from</h2>
      {removed && <p className="ch-origin-dim">Removed in revision {removed.number}{removed.authorName && ` by ${removed.authorName}`}.</p>}
      <ol tabIndex={0} aria-label="Steps, newest first">{steps.map(step => <Step key={`${step.objectId} ${step.revision.number}`} {...{ step, models, now, jobs }} />)}</ol>
      {!isComplete && <p className="ch-origin-dim">Older steps are not shown.</p>}
      {origin.status === 'loading' && steps.length === 0 && <p className="ch-origin-dim" role="status">Looking it up…</p>}
      {origin.status === 'failed' && <p className="ch-origin-dim" role="alert">{origin.problem}</p>}
    </section>
  );
}
