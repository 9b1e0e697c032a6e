import React, { forwardRef, useEffect, useId, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { VirtuosoGrid } from 'react-virtuoso';
import { speak } from '../charts/language.js';
import { Cell, cellId, SkeletonCell } from './Cell.jsx';
import { layoutFor } from './layout.js';
import { freshChanges, ImageLoader } from './loader.js';
import { Empty, LoadMoreProblem, Problem, Reading } from './Notices.jsx';
import { API, fetchPage } from './requests.js';
import { useKeys, usePointer } from './useinput.js';
import { usePlace } from './useplace.js';
import { useSelection } from './useselection.js';
import './gallery.css';

const UNKNOWN_TOTAL = 24;
const FAR_ROWS = 200;
const FAST_PX_PER_S = 6000;
const SLOW_PX_PER_S = 1500;
const SEEK = { enter: velocity => Math.abs(velocity) > FAST_PX_PER_S, exit: velocity => Math.abs(velocity) < SLOW_PX_PER_S };

const List = forwardRef(function List({ context, ...props }, ref) {
  return <div {...props} ref={ref} role="presentation" />;
});
const Item = ({ context, ...props }) => <div {...props} role="presentation" />;
const Footer = () => <div className="ch-gallery-footer" />;
const COMPONENTS = { List, Item, Footer, ScrollSeekPlaceholder: SkeletonCell };

const NO_MARKS = Object.freeze({});

function cellAt(index, _data, { rows, isSelected, focusIndex, total, galleryId, outlines, doubtFrom, api }) {
  const image = rows[index];
  if (!image) return <SkeletonCell />;
  return (
    <Cell
      image={image} index={index} total={total} galleryId={galleryId} outlines={outlines} doubtFrom={doubtFrom} api={api}
      selected={isSelected(image.id)} focused={index === focusIndex}
    />
  );
}

/** One loader for a project and a filter; live changes and refreshes go into it. */
function useImages({ api, projectId, query, queryKey, refresh, changes }) {
  const loader = useMemo(() => new ImageLoader(page => fetchPage(projectId, query, page, api)), [queryKey]);
  const snapshot = useSyncExternalStore(loader.subscribe, loader.getSnapshot);
  useEffect(() => {
    loader.start();
    return () => loader.dispose();
  }, [loader]);
  const seen = useRef({ refresh, next: changes.first + changes.rows.length });
  useEffect(() => {
    if (seen.current.refresh !== refresh) loader.refresh();
    seen.current.refresh = refresh;
  }, [refresh]);
  const [gone, setGone] = useState([]);
  useEffect(() => {
    const { fresh, next, missed } = freshChanges(seen.current.next, changes);
    seen.current.next = next;
    if (missed) loader.refresh();
    const removed = fresh.length > 0 ? loader.merge(fresh) : [];
    if (removed.length > 0) setGone(removed);
  }, [loader, changes]);
  return { loader, snapshot, gone };
}

/** The scrolling element and the width of what it scrolls, without the scroll bar. */
function useScroller() {
  const [element, setElement] = useState(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (!element) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return { element, setElement, width };
}

/** Notices when somebody has scrolled far beyond what is loaded. */
function useReach(loader, columns) {
  const end = useRef(0);
  const [isFar, setIsFar] = useState(false);
  const rangeChanged = ({ endIndex }) => {
    end.current = endIndex;
    setIsFar(endIndex > loader.getSnapshot().rows.length + FAR_ROWS);
    loader.need(endIndex + 1 + 2 * columns);
  };
  return { rangeChanged, isWaiting: isFar && end.current > loader.getSnapshot().rows.length };
}

function useReport(onLoaded, snapshot, count) {
  const { rows, hasMore, status } = snapshot;
  useEffect(() => {
    if (status === 'ready') onLoaded?.({ total: hasMore ? count : rows.length, loaded: rows.length });
  }, [status, rows.length, hasMore, count]);
}

/** What buttons outside ask of the selection. */
function useAsked(chosen, allAsked, noneAsked) {
  const seen = useRef({ allAsked, noneAsked });
  useEffect(() => {
    if (seen.current.allAsked !== allAsked) chosen.selectAll();
    if (seen.current.noneAsked !== noneAsked) chosen.clear();
    seen.current = { allAsked, noneAsked };
  }, [allAsked, noneAsked]);
}

const NO_CHANGES = { first: 0, rows: [] };

export function Gallery(props) {
  const { projectId, query, refresh = 0, changes, total = UNKNOWN_TOTAL, thumbnailSize = 160, outlines = true, canWrite = false } = props;
  const { api = API, canSelect = true } = props;
  speak(props.words);
  const queryKey = JSON.stringify([api, projectId, query]);
  const { loader, snapshot, gone } = useImages({ api, projectId, query, queryKey, refresh, changes: changes ?? NO_CHANGES });
  const { rows, hasMore, status, problem } = snapshot;
  const count = hasMore ? Math.max(total, rows.length) : rows.length;
  const chosen = useSelection({ snapshot, total: count, queryKey, onSelectionChange: props.onSelectionChange });
  useEffect(() => { chosen.forget(gone); }, [gone]);
  useAsked(chosen, props.allAsked, props.noneAsked);
  useReport(props.onLoaded, snapshot, count);
  const galleryId = useId();
  const scroller = useScroller();
  const layout = layoutFor(scroller.width, thumbnailSize);
  const reach = useReach(loader, layout.columns);
  usePlace(scroller.element, queryKey, scroller.width > 0 && status === 'ready');
  const openAt = index => rows[index] && props.onOpen?.(rows[index].id);
  const keys = useKeys({ chosen, rows, count, layout, scroller: scroller.element, openAt, canSelect });
  const pointer = usePointer({ chosen, rows, openAt, canSelect });
  const focused = rows[chosen.focusIndex];
  const context = {
    rows, galleryId, outlines, api, doubtFrom: props.doubtFrom ?? NO_MARKS, total: count, isSelected: chosen.isSelected,
    focusIndex: chosen.focusIndex,
  };
  const sizes = { '--ch-columns': layout.columns, '--ch-cell-width': `${layout.cellWidth}px`, '--ch-cell-height': `${layout.cellHeight}px` };
  const failed = status === 'failed' && rows.length === 0;
  const selecting = chosen.selection.all || chosen.selection.ids.size > 0;
  return (
    <div className="ch-gallery" style={sizes} data-testid="gallery" data-loaded={rows.length} data-selecting={selecting || undefined} data-looking={!canSelect || undefined}>
      <div
        ref={scroller.setElement} className="ch-gallery-scroller" role="listbox" tabIndex={0} aria-label="Images" aria-multiselectable={canSelect || undefined}
        aria-busy={status === 'loading'} aria-activedescendant={focused && cellId(galleryId, focused.id)} data-testid="gallery-list"
        {...keys} {...pointer}
      >
        {!failed && scroller.width > 0 && (
          <VirtuosoGrid
            key={queryKey}
            customScrollParent={scroller.element}
            listClassName="ch-gallery-list"
            totalCount={count}
            context={context}
            components={COMPONENTS}
            itemContent={cellAt}
            computeItemKey={(index, _item, { rows: now }) => now[index]?.id ?? `place-${index}`}
            rangeChanged={reach.rangeChanged}
            scrollSeekConfiguration={SEEK}
            increaseViewportBy={{ top: layout.rowHeight, bottom: 2 * layout.rowHeight }}
          />
        )}
      </div>
      {failed && <Problem problem={problem} retry={() => loader.retry()} />}
      {status === 'ready' && rows.length === 0 && <Empty query={query} canWrite={canWrite} />}
      {problem && rows.length > 0 && <LoadMoreProblem problem={problem} retry={() => loader.retry()} />}
      {reach.isWaiting && !problem && <Reading loaded={rows.length} total={count} />}
    </div>
  );
}
