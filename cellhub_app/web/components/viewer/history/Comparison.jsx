import React from 'react';

const LEGEND = [['added', 'added'], ['removed', 'removed'], ['changed', 'changed']];

function Legend({ tally }) {
  return (
    <ul className="ch-diff-legend" data-testid="diff-legend">
      {LEGEND.map(([kind, word]) => (
        <li key={kind} data-testid={`diff-${kind}`} data-count={tally[kind]}>
          <svg className={`ch-diff-swatch ch-diff-${kind}`} viewBox="0 0 22 14" aria-hidden="true"><rect x="1.5" y="1.5" width="19" height="11" rx="3" /></svg>
          <b>{tally[kind].toLocaleString('en')}</b> {word}
        </li>
      ))}
    </ul>
  );
}

/** The switch that lays the difference over the picture, against which revision, and what the colours mean. */
export function Comparison({ isOn, turn, start, choose, difference, tally, revisions, shown, revision }) {
  const others = revisions.map(one => one.number).filter(number => number !== shown);
  return (
    <div className="ch-diff" data-state={difference.status}>
      <label className="ch-diff-switch">
        <input type="checkbox" role="switch" checked={isOn} onChange={event => turn(event.target.checked)} data-testid="diff-switch" />
        Show what changed
      </label>
      {isOn && (
        <label className="ch-diff-against">
          <span>from</span>
          <select value={start} onChange={event => choose(Number(event.target.value))} data-testid="diff-start" aria-label="Compare from revision">
            {others.map(number => <option key={number} value={number}>revision {number}</option>)}
            <option value={0}>the empty image</option>
          </select>
          <span>to revision {shown}{shown === revision ? ' (now)' : ''}</span>
        </label>
      )}
      {isOn && tally && <Legend tally={tally} />}
      {isOn && difference.status === 'loading' && <p className="ch-history-note" role="status">Comparing…</p>}
      {isOn && difference.status === 'failed' && (
        <p className="ch-history-note" role="alert">{difference.problem} <button type="button" onClick={difference.retry}>Try again</button></p>
      )}
    </div>
  );
}
