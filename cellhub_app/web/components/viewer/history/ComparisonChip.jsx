import React, { useEffect } from 'react';
import { desk } from '../desk.js';
import { useIsShown } from '../planes/useplane.js';
import { useDesk } from '../usedesk.js';
import { comparisonOf } from './comparison.js';
import { tallyOf } from './difference.js';
import { useDifference } from './usehistory.js';
import { useOverlay } from './useoverlay.js';
import './history.css';

/**
 * The comparison that was asked for in the history, over the picture for as long as it is wanted, whatever tab is open beside it; and what
 * closes it. It lies on the desk as `comparison`, what came of it as `difference`.
 */
export function ComparisonChip({ api, imageId, frame, frames, revision, past }) {
  const shown = past > 0 ? past : revision;
  const asked = comparisonOf(useDesk('comparison'), imageId, shown);
  const isOn = useIsShown(imageId, frame, frames) && asked.isOn;
  const { start } = asked;
  const difference = useDifference({ api, imageId, frame, start, end: shown, wanted: isOn });
  useEffect(() => { desk.set('difference', difference); });
  useEffect(() => {
    desk.set('overlay', difference.value);
    return () => desk.set('overlay', null);
  }, [difference.value]);
  useEffect(() => () => desk.set('comparison', null), [imageId, frame]);
  useOverlay();
  if (!isOn) return null;
  const tally = difference.value && tallyOf(difference.value);
  return (
    <div className="ch-compared" role="status" data-testid="comparison-chip">
      <span>{start === 0 ? `All of revision ${shown}` : `Revision ${start} → ${shown}`}</span>
      {tally && ['added', 'removed', 'changed'].map(kind => (
        <span key={kind} className={`ch-compared-${kind}`}>{tally[kind].toLocaleString('en')} {kind}</span>
      ))}
      <button type="button" aria-label="Stop comparing" title="Stop comparing" data-testid="comparison-close" onClick={() => desk.set('comparison', null)}>
        <svg viewBox="0 0 16 16" aria-hidden="true"><path d="m4 4 8 8m0-8-8 8" /></svg>
      </button>
    </div>
  );
}
