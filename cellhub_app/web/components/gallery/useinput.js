import { useEffect } from 'react';
import { focusAfter, scrollToShow } from './layout.js';

/**
 * The keys of the grid: arrows, Home, End and pages move; Enter opens, Space toggles, Ctrl+A takes all, Escape none.
 * Where nothing can be selected, Space opens too.
 */
export function useKeys({ chosen, rows, count, layout, scroller, openAt, canSelect }) {
  const show = index => {
    scroller.scrollTop = scrollToShow(index, layout, scroller.scrollTop, scroller.clientHeight);
  };
  const move = (event, index) => {
    chosen.focusOn(index);
    if (canSelect && event.shiftKey && rows[index]) chosen.extendTo(index, event.ctrlKey || event.metaKey);
    show(index);
  };
  const act = event => {
    const command = event.ctrlKey || event.metaKey;
    const row = rows[chosen.focusIndex];
    if (!canSelect) {
      if (!row || (event.key !== 'Enter' && event.key !== ' ')) return false;
      openAt(chosen.focusIndex);
    } else if (command && event.key.toLowerCase() === 'a') chosen.selectAll();
    else if (event.key === 'Escape') chosen.clear();
    else if (event.key === 'Enter' && row) openAt(chosen.focusIndex);
    else if (event.key === ' ' && row) chosen.toggle(row.id);
    else return false;
    return true;
  };
  const onKeyDown = event => {
    const rowsInView = Math.max(1, Math.floor(scroller.clientHeight / layout.rowHeight));
    const next = count > 0 ? focusAfter(event.key, chosen.focusIndex, { columns: layout.columns, rowsInView, count }) : null;
    if (next !== null) move(event, next);
    else if (!act(event)) return;
    event.preventDefault();
  };
  useEffect(() => {
    const onPageKey = event => {
      const takesAll = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a';
      if (event.target === document.body && (takesAll || event.key === 'Escape') && act(event)) event.preventDefault();
    };
    window.addEventListener('keydown', onPageKey);
    return () => window.removeEventListener('keydown', onPageKey);
  });
  const onFocus = event => {
    if (event.target === event.currentTarget && chosen.focusIndex < 0 && count > 0) chosen.focusOn(0);
  };
  return { onKeyDown, onFocus };
}

/**
 * Clicks: select, ctrl toggles, shift extends, double opens; a tap opens until something is selected by its tick.
 * Where nothing can be selected, a click opens.
 */
export function usePointer({ chosen, rows, openAt, canSelect }) {
  const placeOf = event => {
    const cell = event.target.closest('[data-index]');
    const index = cell ? Number(cell.dataset.index) : -1;
    return rows[index] ? index : -1;
  };
  const onClick = event => {
    const index = placeOf(event);
    if (!canSelect) {
      if (index >= 0) openAt(index);
      return;
    }
    if (index < 0) {
      chosen.clear();
      return;
    }
    const { id } = rows[index];
    const command = event.ctrlKey || event.metaKey;
    const touched = event.nativeEvent.pointerType === 'touch';
    const selecting = chosen.selection.all || chosen.selection.ids.size > 0;
    chosen.focusOn(index);
    if (event.shiftKey) chosen.extendTo(index, command);
    else if (command || event.target.closest('[data-tick]') || (touched && selecting)) chosen.toggle(id);
    else if (touched) openAt(index);
    else chosen.selectOnly(id);
  };
  const onDoubleClick = event => {
    const index = placeOf(event);
    if (canSelect && index >= 0 && !event.target.closest('[data-tick]')) openAt(index);
  };
  return { onClick, onDoubleClick };
}
