import React, { useEffect, useMemo, useRef, useState } from 'react';
import { ask, rowsUrl } from './asking.js';
import { columnsOf } from './columns.js';
import { imageHref } from './address.js';
import { t } from './language.js';
import { counted, figure, titled } from './words.js';
import { heightOf, pagesOf, ROW_PX, scrollTo, windowAt } from './window.js';

const PAGE = 100;
const PAGES_KEPT = 30;
const SETTLE_MS = 60;

/** Pages of rows by their number, asked for when they come into view; scrolling through asks for none. */
function usePages(key, urlOf, wanted) {
  const [pages, setPages] = useState({ key, rows: new Map(), total: null, problem: '' });
  const current = pages.key === key ? pages : { key, rows: new Map(), total: pages.total, problem: '' };
  const missing = wanted.filter(page => !current.rows.has(page));
  useEffect(() => {
    if (missing.length === 0) return undefined;
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const answers = await Promise.all(missing.map(page => ask(urlOf(page * PAGE, PAGE), { signal: controller.signal })));
        setPages(before => {
          const kept = before.key === key ? [...before.rows] : [];
          const rows = new Map([...kept.slice(-PAGES_KEPT), ...answers.map((answer, i) => [missing[i], answer.data])]);
          return { key, rows, total: answers[0].total, problem: '' };
        });
      } catch (error) {
        if (!controller.signal.aborted) setPages({ ...current, problem: error.message });
      }
    }, current.total === null || current.rows.size === 0 ? 0 : SETTLE_MS);
    return () => { clearTimeout(timer); controller.abort(); };
  }, [key, missing.join()]);
  return { ...current, retry: () => setPages({ key, rows: new Map(), total: current.total, problem: '' }) };
}

function Heading({ name, sort, change, children, numeric }) {
  const [by, down] = [sort.replace(/^-/, ''), sort.startsWith('-')];
  const active = by === name;
  const next = active ? `${down ? '' : '-'}${name}` : numeric ? `-${name}` : name;
  return (
    <span role="columnheader" className={numeric ? 'ch-number' : undefined} aria-sort={active ? (down ? 'descending' : 'ascending') : 'none'}>
      <button type="button" onClick={() => change({ sort: next })} data-testid={`order-${name}`}>{children}<i aria-hidden="true">{active ? (down ? ' ↓' : ' ↑') : ''}</i></button>
    </span>
  );
}

const valueOf = (row, { name }) => (name === 'score' || name === 'doubt' ? row[name] : row.values[name]);

function Row({ row, index, columns, hasConditions, href, focused }) {
  if (!row) return <div role="row" className="ch-result" aria-rowindex={index + 2} aria-busy="true"><span className="skeleton" role="cell" aria-label={t('being read')} /></div>;
  return (
    <div role="row" className="ch-result" aria-rowindex={index + 2} data-testid="result-row" data-object-id={row.id} data-focused={focused || undefined}>
      <span role="cell" className="ellipsis"><a href={href(row)} title={t('Open {name} at this object', { name: row.image })}>{row.image}</a></span>
      {hasConditions && <span role="cell" className="ellipsis">{row.condition || '–'}</span>}
      <span role="cell" className="ch-number">{row.classId}</span>
      {columns.map(column => <span key={column.name} role="cell" className="ch-number">{figure(valueOf(row, column))}</span>)}
    </div>
  );
}

/** Where the keyboard is: arrows and pages move, Enter opens. */
function useKeys({ total, view, scroller, open }) {
  const [at, setAt] = useState(-1);
  const onKeyDown = event => {
    const page = Math.floor(scroller.current.clientHeight / ROW_PX) - 1;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -total, End: total }[event.key];
    if (event.key === 'Enter' && at >= 0 && event.target === scroller.current) open(at);
    if (!step || !total) return;
    event.preventDefault();
    const next = Math.min(total - 1, Math.max(0, at < 0 ? 0 : at + step));
    const top = scrollTo(next, scroller.current.scrollTop, view, total);
    if (top !== null) scroller.current.scrollTop = top;
    setAt(next);
  };
  return { at, onKeyDown };
}

/** Every object that is filtered and selected; a million rows are as quick as a hundred. */
export function ObjectTable({ base, projectId, view, overview, version, change }) {
  const columns = useMemo(() => columnsOf(view, overview.measures), [view.chart, view.x, view.y, view.measure, overview.measures]);
  const scroller = useRef(null);
  const [scrolled, setScrolled] = useState({ top: 0, view: 320 });
  const key = `${rowsUrl(base, view, 0, 0)} ${version}`;
  const [total, setTotal] = useState(overview.objects);
  const seen = windowAt(scrolled.top, scrolled.view, total);
  const pages = usePages(key, (at, limit) => rowsUrl(base, view, at, limit), pagesOf(seen, PAGE));
  useEffect(() => { if (pages.total !== null) setTotal(pages.total); }, [pages.total]);
  useEffect(() => { scroller.current.scrollTop = 0; }, [rowsUrl(base, view, 0, 0)]);
  useEffect(() => {
    const look = () => setScrolled({ top: scroller.current.scrollTop, view: scroller.current.clientHeight });
    const observer = new ResizeObserver(look);
    observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);
  const rowAt = index => pages.rows.get(Math.floor(index / PAGE))?.[index % PAGE];
  const href = row => imageHref(projectId, row.imageId, view, row.id);
  const keys = useKeys({ total, view: scrolled.view, scroller, open: index => { if (rowAt(index)) window.location.assign(href(rowAt(index))); } });
  const hasConditions = overview.conditions.length > 0;
  const template = `minmax(140px, 2fr) ${hasConditions ? 'minmax(100px, 1.2fr) ' : ''}64px ${columns.map(() => 'minmax(96px, 1fr)').join(' ')}`;
  const heading = { sort: view.sort, change };
  return (
    <section className="ch-results-table" aria-label={t('Objects')} style={{ '--ch-template': template, '--ch-width': `${260 + columns.length * 104}px` }}>
      <h2>{view.select.length > 0 ? counted(total, 'selected object') : counted(total, 'object')}</h2>
      {pages.problem && <p role="alert" className="ch-results-problem">{pages.problem} <button type="button" className="btn btn-small" onClick={pages.retry}>{t('Try again')}</button></p>}
      <div
        className="ch-results-rows" ref={scroller} role="table" aria-label={t('Objects')} aria-rowcount={total + 1} tabIndex={0} data-testid="result-table" data-total={total}
        data-state={pages.rows.size > 0 ? 'ready' : 'loading'}
        onScroll={event => setScrolled({ top: event.currentTarget.scrollTop, view: event.currentTarget.clientHeight })} onKeyDown={keys.onKeyDown}
      >
        <div className="ch-results-head" role="row">
          <Heading name="image" {...heading}>{t('Image')}</Heading>
          {hasConditions && <span role="columnheader">{t('Condition')}</span>}
          <span role="columnheader" className="ch-number">{t('Class')}</span>
          {columns.map(column => <Heading key={column.name} name={column.name} numeric {...heading}>{titled(column)}</Heading>)}
        </div>
        <div role="rowgroup" className="ch-results-space" style={{ height: heightOf(total) }}>
          <div role="presentation" style={{ transform: `translateY(${seen.top}px)` }}>
            {Array.from({ length: seen.count }, (_, i) => seen.first + i).map(index => (
              <Row key={index} index={index} row={rowAt(index)} columns={columns} hasConditions={hasConditions} href={href} focused={index === keys.at} />
            ))}
          </div>
        </div>
      </div>
    </section>
  );
}
