import React, { useState } from 'react';
import { Virtuoso } from 'react-virtuoso';
import { Offer } from './Offer.jsx';
import { sizeText } from './plan.js';
import { files, headingOf, progressText, titleOf } from './words.js';

const WORDS = {
  failed: 'Not sent', refused: 'Refused', duplicate: 'Already here', sending: 'Sending', waiting: 'Waiting', cancelled: 'Cancelled',
  accepted: 'Added',
};
const ICONS = {
  failed: 'M8 2.2 14.2 13H1.8ZM8 6.4v3M8 11.2v.1',
  refused: 'm4.5 4.5 7 7m0-7-7 7',
  duplicate: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8Z',
  sending: 'M8 13V3.5M4 7.5l4-4 4 4',
  waiting: 'M3.5 8h.1M8 8h.1M12.5 8h.1',
  cancelled: 'M4 8h8',
  accepted: 'm3 8.6 3.2 3.2L13 4.8',
};
const NARROW = '(max-width: 767px)';
const ROW_PX = 34;
const LONGEST_LIST = 'min(300px, 34vh)';

function stateText({ state, size, sentBytes, reason }) {
  if (state === 'sending' && size > 0) return `${Math.floor((100 * sentBytes) / size)} %`;
  if (state === 'duplicate' && reason) return '';
  return state === 'waiting' ? sizeText(size) : WORDS[state];
}

function Row({ item }) {
  return (
    <div className={`ch-upload ch-upload-${item.state}`} data-testid="upload-file" data-state={item.state} data-name={item.name}>
      <svg viewBox="0 0 16 16" aria-hidden="true"><path d={ICONS[item.state]} /></svg>
      <span className="ch-upload-name" title={item.path}>{item.path}</span>
      <span className="ch-upload-state">{stateText(item)}</span>
      {item.reason && <span className="ch-upload-reason" data-testid="upload-reason">{item.reason}</span>}
    </div>
  );
}

function rowOf(place, _data, { rowAt }) {
  const row = rowAt(place);
  if (!row) return <div className="ch-upload" />;
  if (row.item) return <Row item={row.item} />;
  return (
    <h3 className={`ch-upload-heading ch-upload-${row.heading}`} data-testid={`upload-group-${row.heading}`}>
      {headingOf(row.heading, row.count)}
    </h3>
  );
}

function Bar({ snapshot }) {
  const { bytesTotal, bytesSent, isActive, isPaused, isCut, halt } = snapshot;
  const percent = bytesTotal > 0 ? Math.floor((100 * bytesSent) / bytesTotal) : 0;
  const mood = !isActive ? 'done' : isPaused || isCut || halt ? 'still' : 'active';
  return (
    <div
      className="ch-tray-bar" role="progressbar" aria-label="Upload" aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}
      data-testid="upload-progress" data-mood={mood}
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

export function IconButton({ label, testId, onClick, path }) {
  return (
    <button type="button" className="ch-tray-icon" aria-label={label} title={label} data-testid={testId} onClick={onClick}>
      <svg viewBox="0 0 16 16" aria-hidden="true"><path d={path} /></svg>
    </button>
  );
}

function Act({ testId, onClick, children }) {
  return <button type="button" className="btn btn-small" data-testid={testId} onClick={onClick}>{children}</button>;
}

function Acts({ snapshot, queue }) {
  const { isActive, isPaused, isCut, halt, failed } = snapshot;
  if (!isActive) return failed > 0 && <Act testId="upload-retry" onClick={() => queue.retryFailed()}>Send {files(failed)} again</Act>;
  return (
    <span className="ch-tray-actions">
      {isCut && !isPaused && <Act testId="upload-wake" onClick={() => queue.wake()}>Try now</Act>}
      {!halt && !isPaused && <Act testId="upload-pause" onClick={() => queue.pause()}>Pause</Act>}
      {isPaused && <Act testId="upload-resume" onClick={() => queue.resume()}>Resume</Act>}
      <Act testId="upload-cancel" onClick={() => queue.cancel()}>Cancel</Act>
    </span>
  );
}

function Current({ snapshot, queue, signInUrl, folded }) {
  const { halt, isActive, failed, rowCount, rowAt, duplicate, refused } = snapshot;
  return (
    <>
      <Bar snapshot={snapshot} />
      {halt && <Halted halt={halt} signInUrl={signInUrl} goOn={() => queue.goOn()} />}
      {(isActive || failed > 0) && (
        <div className="ch-tray-line">
          <span data-testid="upload-status">{isActive ? progressText(snapshot) : ''}</span>
          <Acts snapshot={snapshot} queue={queue} />
        </div>
      )}
      {!folded && (
        <Virtuoso
          className="ch-tray-list" totalCount={rowCount} context={{ rowAt }} defaultItemHeight={ROW_PX} itemContent={rowOf}
          computeItemKey={(place, _data, context) => context.rowAt(place)?.item?.key ?? `row-${place}`}
          style={{ height: `min(${rowCount * ROW_PX + 18 * Math.min(6, failed + refused + duplicate)}px, ${LONGEST_LIST})` }}
        />
      )}
    </>
  );
}

/** Uploads: those that stopped before, what is being sent with bar, rate and time left, and each file with its reason. */
export function Tray({ snapshot, queue, offers, offered, isReading, signInUrl, askFiles, askFolder, reopen, close }) {
  const { total, isActive, failed, refused, duplicate } = snapshot;
  const [choice, setChoice] = useState(null);
  const isTrouble = failed + refused + duplicate > 0;
  const folded = choice ?? (!isTrouble && (!isActive || window.matchMedia(NARROW).matches));
  const hasFiles = total > 0;
  const title = isReading ? 'Looking through the files' : hasFiles ? titleOf(snapshot) : 'Unfinished upload';
  const folding = folded ? { label: 'Show the files', path: 'm4 10 4-4 4 4' } : { label: 'Hide the files', path: 'm4 6 4 4 4-4' };
  return (
    <section className="ch-tray" aria-label="Uploads" data-testid="upload-tray" data-active={isActive || undefined}>
      <header>
        <strong data-testid="upload-title">{title}</strong>
        {hasFiles && <IconButton {...folding} testId="upload-fold" onClick={() => setChoice(!folded)} />}
        {!isActive && <IconButton label="Close" testId="upload-close" path="m4 4 8 8m0-8-8 8" onClick={close} />}
      </header>
      {hasFiles && <Current snapshot={snapshot} queue={queue} signInUrl={signInUrl} folded={folded} />}
      {offered.map(offer => (
        <Offer
          key={offer.id} offer={offer} askFiles={askFiles} askFolder={askFolder} reopen={reopen}
          discard={() => offers.discard(offer.id)}
        />
      ))}
      <p className="ch-tray-spoken" role="status">{isActive ? titleOf({ ...snapshot, bytesSent: 0 }) : title}</p>
    </section>
  );
}
