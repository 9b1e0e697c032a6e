import React from 'react';
import { desk } from '../desk.js';
import { useDesk } from '../usedesk.js';
import { Comparison } from './Comparison.jsx';
import { Row } from './Row.jsx';
import { comparisonOf, IDLE } from './comparison.js';
import { tallyOf } from './difference.js';
import { sittings } from './revisions.js';
import { useNow, useRevisions } from './usehistory.js';
import './history.css';

/** Which revision the shown one is compared with: the chosen one, by default the one before. The page's ComparisonChip loads and draws it. */
function useComparison(imageId, shown) {
  const { isOn, start } = comparisonOf(useDesk('comparison'), imageId, shown);
  const difference = useDesk('difference') ?? IDLE;
  const choose = number => desk.set('comparison', { imageId, shown, start: number });
  const turn = on => (on ? choose(null) : desk.set('comparison', null));
  return { isOn, turn, start, choose, difference, tally: difference.value ? tallyOf(difference.value) : null };
}

/**
 * The revisions of a plane of an image, newest first. `revision` is the newest one's number, `past` the one that is looked at, or 0.
 * `onLook` asks for another one (0: the present), `onRestore` for an old one to be made present again.
 */
export function HistoryPanel({ api, imageId, frame, revision, past, models, mayRestore, onLook, onRestore }) {
  const history = useRevisions({ api, imageId, frame, revision });
  const shown = past > 0 ? past : revision;
  const comparison = useComparison(imageId, shown);
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
