import React, { useEffect, useState } from 'react';
import { desk } from '../desk.js';
import { Comparison } from './Comparison.jsx';
import { Row } from './Row.jsx';
import { tallyOf } from './difference.js';
import { sittings } from './revisions.js';
import { useDifference, useNow, useRevisions } from './usehistory.js';
import { useOverlay } from './useoverlay.js';
import './history.css';

/** Which revision the shown one is compared with: the chosen one, by default the one before. */
function useComparison({ api, imageId, shown }) {
  const [isOn, turn] = useState(false);
  const [chosen, choose] = useState(null);
  useEffect(() => { choose(null); }, [imageId, shown]);
  const start = chosen ?? Math.max(0, shown - 1);
  const difference = useDifference({ api, imageId, start, end: shown, wanted: isOn && shown > 0 });
  useEffect(() => {
    desk.set('overlay', difference.value);
    return () => desk.set('overlay', null);
  }, [difference.value]);
  useOverlay();
  return { isOn, turn, start, choose, difference, tally: difference.value ? tallyOf(difference.value) : null };
}

/**
 * The revisions of an image, newest first. `revision` is the newest one's number, `past` the one that is looked at, or 0.
 * `onLook` asks for another one (0: the present), `onRestore` for an old one to be made present again.
 */
export function HistoryPanel({ api, imageId, revision, past, models, mayRestore, onLook, onRestore }) {
  const history = useRevisions({ api, imageId, revision });
  const shown = past > 0 ? past : revision;
  const comparison = useComparison({ api, imageId, shown });
  const now = useNow();
  const look = number => onLook?.(number === revision ? 0 : number);
  const rows = sittings(history.revisions);
  return (
    <section className="ch-history" data-testid="history-panel" data-count={history.revisions.length} aria-label="History">
      {history.revisions.length > 0 && <Comparison {...comparison} revisions={history.revisions} shown={shown} revision={revision} />}
      <ol className="ch-history-rows">
        {rows.map(row => (
          <Row key={row.key} {...row} {...{ now, models, shown, revision, mayRestore, look, onRestore }} />
        ))}
      </ol>
      {history.hasOlder && <button type="button" className="ch-history-more" onClick={history.more}>Show older revisions</button>}
      {history.isReady && rows.length === 0 && (
        <p className="ch-history-note">Nothing has happened to this image yet. Each run of a model and each edit is kept here.</p>
      )}
      {!history.isReady && !history.problem && imageId && <p className="ch-history-note" role="status">Loading the history…</p>}
      {history.problem && (
        <p className="ch-history-note" role="alert">{history.problem} <button type="button" onClick={history.retry}>Try again</button></p>
      )}
    </section>
  );
}
