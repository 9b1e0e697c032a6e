import { useEffect, useRef, useState } from 'react';
import { everything, extended, isSelected, NOTHING, only, summary, toggled, without } from './selection.js';

const REPORT_AFTER_MS = 80;

/** The selection and the focused place of the grid, and what clicks and keys do to them. */
export function useSelection({ snapshot, total, queryKey, onSelectionChange }) {
  const [selection, setSelection] = useState(NOTHING);
  const [focus, setFocus] = useState({ index: -1, id: null });
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

  return {
    selection, focusIndex, focusOn,
    toggle: id => setSelection(toggled(selection, id)),
    selectAll: () => setSelection(everything()),
    isSelected: id => isSelected(selection, id),
    selectOnly: id => setSelection(only(id)),
    extendTo: (index, keep) => setSelection(extended(selection, rows, indexOf, index, { keep })),
    clear: () => setSelection(NOTHING),
    forget: ids => setSelection(now => without(now, ids)),
  };
}
