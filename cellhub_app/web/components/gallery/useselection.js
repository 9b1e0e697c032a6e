import { useEffect, useRef, useState } from 'react';
import { allBut, everything, extended, isSelected, NOTHING, only, summary, toggled, without } from './selection.js';

const REPORT_AFTER_MS = 80;

/** The selection and the focused place of the grid, and what clicks and keys do to them. */
export function useSelection({ loader, snapshot, total, isCounted, queryKey, onSelectionChange }) {
  const [selection, setSelection] = useState(NOTHING);
  const [focus, setFocus] = useState({ index: -1, id: null });
  const [waiting, setWaiting] = useState(false);
  const { rows, indexOf } = snapshot;
  const focusIndex = indexOf.get(focus.id) ?? focus.index;
  const focusOn = index => setFocus({ index, id: rows[index]?.id ?? null });

  useEffect(() => {
    setSelection(NOTHING);
    setFocus({ index: -1, id: null });
  }, [queryKey]);

  const report = useRef(onSelectionChange);
  report.current = onSelectionChange;
  const reported = useRef(JSON.stringify(summary(NOTHING, 0)));
  useEffect(() => {
    const timer = setTimeout(() => {
      const told = summary(selection, total);
      if (JSON.stringify(told) === reported.current) return;
      reported.current = JSON.stringify(told);
      report.current?.(told);
    }, REPORT_AFTER_MS);
    return () => clearTimeout(timer);
  }, [selection, total]);

  /** Taking one out of "all" needs the names of all the others, loaded or not. */
  const takeOutOfAll = async id => {
    setWaiting(true);
    await loader.need(Infinity);
    setWaiting(false);
    const { rows: everyRow, hasMore } = loader.getSnapshot();
    if (!hasMore) setSelection(now => (now.all ? allBut(everyRow, id) : now));
  };
  /** How many "all" are is known once the list ends, or when the page has counted them. */
  const selectAll = () => {
    setSelection(everything());
    if (!isCounted) loader.need(Infinity);
  };
  const toggle = id => (selection.all ? takeOutOfAll(id) : setSelection(toggled(selection, id)));

  return {
    selection, focusIndex, focusOn, waiting, toggle, selectAll,
    isSelected: id => isSelected(selection, id),
    selectOnly: id => setSelection(only(id)),
    extendTo: (index, keep) => setSelection(extended(selection, rows, indexOf, index, { keep })),
    clear: () => setSelection(NOTHING),
    forget: ids => setSelection(now => without(now, ids)),
  };
}
