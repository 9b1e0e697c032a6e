export const GAP_PX = 12;
export const CAPTION_PX = 54;
const FEWEST_COLUMNS = 2;

/** How many square thumbnails of about this size stand in a row, and how large a cell then is. */
export function layoutFor(widthPx, thumbnailPx) {
  const columns = Math.max(FEWEST_COLUMNS, Math.floor((widthPx + GAP_PX) / (thumbnailPx + GAP_PX)));
  const cellWidth = Math.floor((widthPx - GAP_PX * (columns - 1)) / columns);
  return { columns, cellWidth, cellHeight: cellWidth + CAPTION_PX, rowHeight: cellWidth + CAPTION_PX + GAP_PX };
}

const STEPS = {
  ArrowLeft: () => -1,
  ArrowRight: () => 1,
  ArrowUp: ({ columns }) => -columns,
  ArrowDown: ({ columns }) => columns,
  PageUp: ({ columns, rowsInView }) => -columns * rowsInView,
  PageDown: ({ columns, rowsInView }) => columns * rowsInView,
};

/** Where a key moves the focus to, or null if it is no such key. `grid` is {columns, rowsInView, count}. */
export function focusAfter(key, index, grid) {
  if (key === 'Home') return 0;
  if (key === 'End') return grid.count - 1;
  const step = STEPS[key]?.(grid);
  if (step === undefined) return null;
  if (index < 0) return 0;
  const vertical = key !== 'ArrowLeft' && key !== 'ArrowRight';
  const target = index + step;
  if (vertical && target < 0) return index % grid.columns;
  return Math.min(grid.count - 1, Math.max(0, target));
}

/** The scroll position that shows a row wholly with the least movement. */
export function scrollToShow(index, { columns, rowHeight }, scrollTop, viewHeight) {
  const top = Math.floor(index / columns) * rowHeight;
  const bottom = top + rowHeight;
  if (top < scrollTop) return top;
  return bottom > scrollTop + viewHeight ? bottom - viewHeight : scrollTop;
}
