import React, { useEffect, useMemo, useRef, useState } from 'react';
import { Virtuoso } from 'react-virtuoso';
import { useIsShown } from '$/public/external/cellhub_app/web/components/viewer/viewer/planes/useplane.js';
import { Measures } from './Measures.jsx';
import { fetchMeasurements } from './measurements.js';
import { figure, LOOK_FIRST_FROM, rowsOf, sortRows } from './rows.js';
import './objects.css';

const NOTHING = Object.freeze({ status: 'empty', value: null, problem: '' });

/** The measurements behind the address; an older answer stays on screen while a newer revision loads. */
function useMeasurements(url, revision) {
  const [state, setState] = useState(NOTHING);
  const [attempt, setAttempt] = useState(0);
  const shownUrl = useRef('');
  const shown = useRef(null);
  useEffect(() => {
    if (!url) { setState(NOTHING); shownUrl.current = ''; return undefined; }
    const controller = new AbortController();
    if (shownUrl.current !== url) setState({ ...NOTHING, status: 'loading' });
    const known = shownUrl.current === url ? shown.current : null;
    fetchMeasurements(url, controller.signal, { known, revision }).then(
      value => { shownUrl.current = url; shown.current = value; setState({ status: 'ready', value, problem: '' }); },
      error => { if (!controller.signal.aborted) setState(before => ({ ...before, status: 'failed', problem: error.message })); },
    );
    return () => controller.abort();
  }, [url, revision, attempt]);
  return [state, () => setAttempt(attempt + 1)];
}

function Heading({ name, order, descending, sort, children }) {
  const active = order === name;
  return (
    <span role="columnheader" aria-sort={active ? (descending ? 'descending' : 'ascending') : 'none'}>
      <button type="button" onClick={() => sort(name)} data-testid={`sort-${name}`}>
        {children}<i aria-hidden="true">{active ? (descending ? '↓' : '↑') : ''}</i>
      </button>
    </span>
  );
}

function Row({ row, selected, choose }) {
  return (
    <div
      className="ch-object" role="row" aria-selected={selected} tabIndex={-1} data-testid="object-row" data-object-id={row.id}
      onClick={() => choose(selected ? null : row.id)}
    >
      <span role="cell">#{row.number}</span>
      <span role="cell">{figure(row.area)}</span>
      <span role="cell">{figure(row.circularity)}</span>
      <span role="cell" className={row.doubt >= LOOK_FIRST_FROM ? 'ch-object-doubt' : undefined}>{figure(row.doubt)}</span>
    </div>
  );
}

/** Arrow keys walk through the list as it is sorted. */
function useKeys(rows, index, choose) {
  return event => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -rows.length, End: rows.length }[event.key];
    if (event.key === 'Escape' && index >= 0) choose(null);
    if (!step || rows.length === 0) return;
    event.preventDefault();
    choose(rows[Math.min(rows.length - 1, Math.max(0, index < 0 ? 0 : index + step))].id);
  };
}

/** `frame` is the plane whose measurements are behind `url`; while another one comes to the screen, nothing of it is shown any more. */
export function ObjectPanel({ imageId, frame, frames, isStack, url, revision, channels, selectedId, columns, provenance, onSelect }) {
  const isShown = useIsShown(imageId, frame, frames);
  const [{ status: found, value, problem }, retry] = useMeasurements(isShown ? url : '', revision);
  const status = isShown ? found : 'loading';
  const [{ order, descending }, setOrder] = useState({ order: 'number', descending: false });
  const rows = useMemo(() => sortRows(rowsOf(value), order, descending), [value, order, descending]);
  const index = rows.findIndex(row => row.id === selectedId);
  const list = useRef(null);
  const calibrated = value?.pixelSizeUm > 0;
  const sort = name => setOrder({ order: name, descending: name === order ? !descending : name !== 'number' });
  const choose = id => onSelect?.(id);
  useEffect(() => {
    if (index >= 0) list.current?.scrollIntoView({ index, behavior: 'auto' });
  }, [index]);
  const onKeyDown = useKeys(rows, index, choose);
  const headings = { order, descending, sort };
  return (
    <div className="ch-objects" data-testid="objects" data-count={rows.length} data-state={status}>
      {rows.length > 0 && (
        <div className="ch-objects-table" role="table" aria-label="Objects" aria-rowcount={rows.length + 1} onKeyDown={onKeyDown}>
          <div className="ch-objects-head" role="row">
            <Heading name="number" {...headings}>Object</Heading>
            <Heading name="area" {...headings}>{calibrated ? 'Area, µm²' : 'Area, px²'}</Heading>
            <Heading name="circularity" {...headings}>Circ.</Heading>
            <Heading name="doubt" {...headings}>Doubt</Heading>
          </div>
          <Virtuoso
            ref={list} className="ch-objects-list" totalCount={rows.length} fixedItemHeight={32} role="rowgroup" tabIndex={0}
            computeItemKey={place => rows[place].id} increaseViewportBy={160}
            itemContent={place => <Row row={rows[place]} selected={place === index} choose={choose} />}
          />
        </div>
      )}
      {status === 'loading' && <p className="ch-objects-note" role="status">Loading the objects…</p>}
      {status === 'ready' && rows.length === 0 && <p className="ch-objects-note">No object was found in this {isStack ? 'plane' : 'image'}. A lower threshold may find some.</p>}
      {status === 'empty' && <p className="ch-objects-note">{isStack ? 'No outlines in this plane yet.' : 'This image is not segmented yet.'}</p>}
      {problem && <p className="ch-objects-note" role="alert">{problem} <button type="button" onClick={retry}>Try again</button></p>}
      {index >= 0 && (
        <Measures
          row={rows[index]} columns={columns} calibrated={calibrated} channels={channels} deselect={() => choose(null)}
        />
      )}
      {provenance && isShown && <p className="ch-objects-provenance" data-testid="provenance">{provenance}</p>}
    </div>
  );
}
