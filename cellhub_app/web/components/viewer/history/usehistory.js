import { useEffect, useState } from 'react';
import { useLoaded } from '../useloaded.js';
import { fetchDifference } from './difference.js';
import { fetchRevisions, joined, joinsOn, PAGE } from './revisions.js';

const NONE = Object.freeze([]);

/** All revisions that were loaded, the newest page again whenever `revision` is another; `more` loads older ones. */
export function useRevisions({ api, imageId, frame, revision }) {
  const [known, setKnown] = useState({ of: '', revisions: NONE, hasOlder: false });
  const [problem, setProblem] = useState('');
  const of = `${imageId} ${frame}`;
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (!imageId) return undefined;
    const controller = new AbortController();
    fetchRevisions({ api, imageId, frame }, controller.signal).then(
      came => {
        setProblem('');
        setKnown(before => {
          const isOn = before.of === of && joinsOn(before.revisions, came) && before.revisions.length > 0;
          return { of, revisions: isOn ? joined(before.revisions, came) : came, hasOlder: isOn ? before.hasOlder : came.length === PAGE };
        });
      },
      error => { if (!controller.signal.aborted) setProblem(error.message); },
    );
    return () => controller.abort();
  }, [api, imageId, frame, revision, attempt]);
  const isOfPlane = known.of === of;
  const more = async () => {
    try {
      const came = await fetchRevisions({ api, imageId, frame, before: known.revisions.at(-1).number });
      setKnown(before => (before.of === of
        ? { of, revisions: joined(before.revisions, came), hasOlder: came.length === PAGE } : before));
    } catch (error) {
      setProblem(error.message);
    }
  };
  return {
    revisions: isOfPlane ? known.revisions : NONE, hasOlder: isOfPlane && known.hasOlder, isReady: isOfPlane, problem, more,
    retry: () => setAttempt(count => count + 1),
  };
}

/** The difference from `start` to `end` while `wanted`: {status, value, problem, retry}. */
export function useDifference({ api, imageId, frame, start, end, wanted }) {
  const key = wanted && imageId && start !== end ? `${imageId} ${frame} ${start} ${end}` : '';
  return useLoaded(key, signal => fetchDifference({ api, imageId, frame, start, end }, signal));
}

/** The time, again every half minute, for what is told as "3 min ago". */
export function useNow() {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
