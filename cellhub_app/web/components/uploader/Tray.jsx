import React, { useMemo, useState } from 'react';
import { Virtuoso } from 'react-virtuoso';
import { sizeText } from './plan.js';
import { rateText, timeLeftText } from './rate.js';

const ORDER = { failed: 0, refused: 1, sending: 2, waiting: 3, cancelled: 4, accepted: 5 };
const WORDS = { failed: 'Not sent', refused: 'Refused', sending: 'Sending', waiting: 'Waiting', cancelled: 'Cancelled', accepted: 'Added' };
const ICONS = {
  failed: 'M8 2.2 14.2 13H1.8ZM8 6.4v3M8 11.2v.1',
  refused: 'm4.5 4.5 7 7m0-7-7 7',
  sending: 'M8 13V3.5M4 7.5l4-4 4 4',
  waiting: 'M3.5 8h.1M8 8h.1M12.5 8h.1',
  cancelled: 'M4 8h8',
  accepted: 'm3 8.6 3.2 3.2L13 4.8',
};
const ROW_PX = 34;
const LONGEST_LIST = 'min(300px, 34vh)';

const files = count => `${count.toLocaleString('en')} ${count === 1 ? 'file' : 'files'}`;
const images = count => `${count.toLocaleString('en')} ${count === 1 ? 'image' : 'images'}`;

export function titleOf({ isActive, halt, total, accepted, refused, failed, cancelled }) {
  if (halt) return 'Upload stopped';
  if (isActive) return `Uploading ${files(total)}`;
  const left = [[refused, 'refused'], [failed, 'not sent'], [cancelled, 'cancelled']].filter(([count]) => count > 0);
  return [`${images(accepted)} added`, ...left.map(([count, word]) => `${count.toLocaleString('en')} ${word}`)].join(', ');
}

function progressText(snapshot) {
  const { accepted, refused, failed, total, bytesTotal, bytesSent, bytesPerSecond } = snapshot;
  const done = `${(accepted + refused + failed).toLocaleString('en')} of ${total.toLocaleString('en')}`;
  return [done, rateText(bytesPerSecond), timeLeftText(bytesTotal - bytesSent, bytesPerSecond)].filter(Boolean).join(' · ');
}

function Row({ item }) {
  const share = item.state === 'sending' && item.size > 0 ? `${Math.floor((100 * item.sentBytes) / item.size)} %` : '';
  return (
    <div className={`ch-upload ch-upload-${item.state}`} data-testid="upload-file" data-state={item.state} data-name={item.name}>
      <svg viewBox="0 0 16 16" aria-hidden="true"><path d={ICONS[item.state]} /></svg>
      <span className="ch-upload-name" title={item.path}>{item.path}</span>
      <span className="ch-upload-state">{share || (item.state === 'waiting' ? sizeText(item.size) : WORDS[item.state])}</span>
      {item.reason && <span className="ch-upload-reason" data-testid="upload-reason">{item.reason}</span>}
    </div>
  );
}

function Bar({ snapshot }) {
  const { bytesTotal, bytesSent, isActive } = snapshot;
  const percent = bytesTotal > 0 ? Math.floor((100 * bytesSent) / bytesTotal) : 0;
  return (
    <div
      className="ch-tray-bar" role="progressbar" aria-label="Upload" aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}
      data-testid="upload-progress" data-active={isActive || undefined}
    >
      <i style={{ width: `${percent}%` }} />
    </div>
  );
}

function Halted({ halt, signInUrl, goOn }) {
  return (
    <div className="ch-tray-halt" role="alert" data-testid="upload-halted">
      <span>{halt.reason}</span>
      <span className="ch-tray-actions">
        {halt.signedOut && signInUrl && <a href={signInUrl} target="_blank" rel="noreferrer">Sign in</a>}
        <button type="button" className="btn btn-small" onClick={goOn}>Continue</button>
      </span>
    </div>
  );
}

function IconButton({ label, testId, onClick, path }) {
  return (
    <button type="button" className="ch-tray-icon" aria-label={label} title={label} data-testid={testId} onClick={onClick}>
      <svg viewBox="0 0 16 16" aria-hidden="true"><path d={path} /></svg>
    </button>
  );
}

/** What is being uploaded: overall bar, rate, time left, each file with its reason, and what can be done about it. */
export function Tray({ snapshot, queue, signInUrl, close }) {
  const { items, halt, isActive, failed, refused } = snapshot;
  const [choice, setChoice] = useState(null);
  const folded = choice ?? (!isActive && failed + refused === 0);
  const sorted = useMemo(() => [...items].sort((a, b) => ORDER[a.state] - ORDER[b.state] || a.key - b.key), [snapshot]);
  const title = titleOf(snapshot);
  const folding = folded ? { label: 'Show the files', path: 'm4 10 4-4 4 4' } : { label: 'Hide the files', path: 'm4 6 4 4 4-4' };
  return (
    <section className="ch-tray" aria-label="Uploads" data-testid="upload-tray" data-active={isActive || undefined}>
      <header>
        <strong data-testid="upload-title">{title}</strong>
        <IconButton {...folding} testId="upload-fold" onClick={() => setChoice(!folded)} />
        {!isActive && <IconButton label="Close" testId="upload-close" path="m4 4 8 8m0-8-8 8" onClick={close} />}
      </header>
      <Bar snapshot={snapshot} />
      {halt && <Halted halt={halt} signInUrl={signInUrl} goOn={() => queue.goOn()} />}
      {(isActive || failed > 0) && (
        <div className="ch-tray-line">
          <span data-testid="upload-status">{isActive ? progressText(snapshot) : ''}</span>
          {failed > 0 && !isActive && <button type="button" className="btn btn-small" data-testid="upload-retry" onClick={() => queue.retryFailed()}>Send {files(failed)} again</button>}
          {isActive && <button type="button" className="btn btn-small" data-testid="upload-cancel" onClick={() => queue.cancel()}>Cancel</button>}
        </div>
      )}
      {!folded && (
        <Virtuoso
          className="ch-tray-list" data={sorted} computeItemKey={(_, item) => item.key} defaultItemHeight={ROW_PX}
          style={{ height: `min(${items.length * ROW_PX + ROW_PX}px, ${LONGEST_LIST})` }} itemContent={(_, item) => <Row item={item} />}
        />
      )}
      <p className="ch-tray-spoken" role="status">{isActive && !halt ? `Uploading ${files(items.length)}` : title}</p>
    </section>
  );
}
