import React, { forwardRef, useEffect, useId, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { VirtuosoGrid } from 'react-virtuoso';
import { Cell, cellId, SkeletonCell } from './Cell.jsx';
import { layoutFor } from './layout.js';
import { freshChanges, ImageLoader } from './loader.js';
import { Empty, LoadMoreProblem, Problem, Reading } from './Notices.jsx';
import { fetchPage } from './requests.js';
import { useKeys, usePointer } from './useinput.js';
import { useSelection } from './useselection.js';
import './gallery.css';

const UNKNOWN_TOTAL = 24;
const PADDING_PX = 4;
const FAST_PX_PER_S = 2500;
const SLOW_PX_PER_S = 300;
const SEEK = { enter: velocity => Math.abs(velocity) > FAST_PX_PER_S, exit: velocity => Math.abs(velocity) < SLOW_PX_PER_S };

const Scroller = forwardRef(function Scroller({ context, ...props }, ref) {
  return <div {...props} {...context.listbox} ref={ref} />;
});
const List = forwardRef(function List({ context, ...props }, ref) {
  return <div {...props} ref={ref} role="presentation" />;
});
const Item = ({ context, ...props }) => <div {...props} role="presentation" />;
const COMPONENTS = { Scroller, List, Item, ScrollSeekPlaceholder: SkeletonCell };

function cellAt(index, _data, { rows, isSelected, focusIndex, total, galleryId, outlines, doubtFrom }) {
  const image = rows[index];
  if (!image) return <SkeletonCell />;
  return (
    <Cell
      image={image} index={index} total={total} galleryId={galleryId} outlines={outlines} doubtFrom={doubtFrom}
      selected={isSelected(image.id)} focused={index === focusIndex}
    />
  );
}

/** One loader for a project and a filter; live changes and refreshes go into it. */
function useImages({ projectId, query, queryKey, refresh, changes }) {
  const loader = useMemo(() => new ImageLoader(page => fetchPage(projectId, query, page)), [queryKey]);
  const snapshot = useSyncExternalStore(loader.subscribe, loader.getSnapshot);
  useEffect(() => {
    loader.start();
    return () => loader.dispose();
  }, [loader]);
  const seen = useRef({ refresh, changes: [] });
  useEffect(() => {
    if (seen.current.refresh !== refresh) loader.refresh();
    seen.current.refresh = refresh;
  }, [refresh]);
  const [gone, setGone] = useState([]);
  useEffect(() => {
    const fresh = freshChanges(seen.current.changes, changes);
    seen.current.changes = changes;
    const removed = fresh.length > 0 ? loader.merge(fresh) : [];
    if (removed.length > 0) setGone(removed);
  }, [loader, changes]);
  return { loader, snapshot, gone };
}

/** The width of the scrolled area, followed. */
function useWidth() {
  const element = useRef(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const measure = () => setWidth(element.current.clientWidth);
    const observer = new ResizeObserver(measure);
    observer.observe(element.current);
    measure();
    return () => observer.disconnect();
  }, []);
  return [element, width];
}

function useReport(onLoaded, snapshot, count) {
  const { rows, hasMore, status } = snapshot;
  useEffect(() => {
    if (status === 'ready') onLoaded?.({ total: hasMore ? count : rows.length, loaded: rows.length });
  }, [status, rows.length, hasMore]);
}

const NO_CHANGES = [];

export function Gallery(props) {
  const { projectId, query, refresh = 0, changes, total = UNKNOWN_TOTAL, thumbnailSize = 160, outlines = true, canWrite = false } = props;
  const queryKey = JSON.stringify([projectId, query]);
  const { loader, snapshot, gone } = useImages({ projectId, query, queryKey, refresh, changes: changes ?? NO_CHANGES });
  const { rows, hasMore, status, problem } = snapshot;
  const count = hasMore ? Math.max(total, rows.length) : rows.length;
  const chosen = useSelection(loader, snapshot, count, queryKey, props.onSelectionChange);
  useEffect(() => chosen.forget(gone), [gone]);
  useReport(props.onLoaded, snapshot, count);
  const galleryId = useId();
  const [frame, width] = useWidth();
  const scroller = useRef(null);
  const layout = layoutFor(width - 2 * PADDING_PX, thumbnailSize);
  const openAt = index => rows[index] && props.onOpen?.(rows[index].id);
  const keys = useKeys({ chosen, rows, count, layout, scroller, openAt });
  const pointer = usePointer({ chosen, rows, openAt });

  const context = {
    rows, galleryId, outlines, doubtFrom: props.doubtFrom ?? 0.5, total: count,
    isSelected: chosen.isSelected, focusIndex: chosen.focusIndex,
    listbox: {
      role: 'listbox',
      tabIndex: 0,
      'aria-label': 'Images',
      'aria-multiselectable': true,
      'aria-busy': status === 'loading',
      'aria-activedescendant': rows[chosen.focusIndex] ? cellId(galleryId, rows[chosen.focusIndex].id) : undefined,
      'data-testid': 'gallery-list',
      ...keys,
      ...pointer,
    },
  };
  const sizes = { '--ch-columns': layout.columns, '--ch-cell-width': `${layout.cellWidth}px`, '--ch-cell-height': `${layout.cellHeight}px` };
  const failed = status === 'failed' && rows.length === 0;
  return (
    <div ref={frame} className="ch-gallery" style={sizes} data-testid="gallery" data-loaded={rows.length} data-selecting={chosen.selection.all || chosen.selection.ids.size > 0 || undefined}>
      {failed && <Problem problem={problem} retry={() => loader.retry()} />}
      {status === 'ready' && rows.length === 0 && <Empty query={query} canWrite={canWrite} />}
      {!failed && width > 0 && (
        <VirtuosoGrid
          key={queryKey}
          className="ch-gallery-scroller"
          listClassName="ch-gallery-list"
          totalCount={count}
          context={context}
          components={COMPONENTS}
          itemContent={cellAt}
          computeItemKey={(index, _item, { rows: now }) => now[index]?.id ?? `place-${index}`}
          rangeChanged={({ endIndex }) => loader.need(endIndex + 1 + 2 * layout.columns)}
          scrollerRef={element => { scroller.current = element; }}
          scrollSeekConfiguration={SEEK}
          increaseViewportBy={{ top: layout.rowHeight, bottom: 2 * layout.rowHeight }}
        />
      )}
      {problem && rows.length > 0 && <LoadMoreProblem problem={problem} retry={() => loader.retry()} />}
      {chosen.waiting && <Reading loaded={rows.length} total={count} />}
    </div>
  );
}
