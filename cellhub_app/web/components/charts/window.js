/** Which rows of a long table are to be drawn. Browsers cannot make an element higher than some 16 million px, so beyond that the
 * scroll bar stands for rows that are closer together than they look. */

export const ROW_PX = 32;
export const MOST_PX = 8_000_000;
const BEYOND = 6;

/** The height of what scrolls. */
export const heightOf = total => Math.min(total * ROW_PX, MOST_PX);

/** {first, count, top}: the rows from `first` on, the first of them `top` px below the top of what scrolls. */
export function windowAt(scrollTop, viewPx, total) {
  const shown = Math.ceil(viewPx / ROW_PX) + 1;
  const height = heightOf(total);
  if (height < MOST_PX) {
    const first = Math.max(0, Math.min(Math.floor(scrollTop / ROW_PX), total) - BEYOND);
    return { first, count: Math.min(total - first, shown + 2 * BEYOND), top: first * ROW_PX };
  }
  const share = Math.min(1, Math.max(0, scrollTop / (height - viewPx)));
  const exact = share * (total - Math.floor(viewPx / ROW_PX));
  const first = Math.max(0, Math.min(total - shown, Math.floor(exact)));
  return { first, count: Math.min(total - first, shown), top: Math.min(scrollTop, height - viewPx) - (exact - Math.floor(exact)) * ROW_PX };
}

/** Where to scroll so that a row is seen; null where it is. */
export function scrollTo(row, scrollTop, viewPx, total) {
  const height = heightOf(total);
  if (height >= MOST_PX) return (row / Math.max(1, total - Math.floor(viewPx / ROW_PX))) * (height - viewPx);
  const top = row * ROW_PX;
  if (top < scrollTop) return top;
  return top + ROW_PX > scrollTop + viewPx ? top + ROW_PX - viewPx : null;
}

/** The pages of so many rows that a window lies on. */
export function pagesOf({ first, count }, size) {
  if (count <= 0) return [];
  const [from, to] = [Math.floor(first / size), Math.floor((first + count - 1) / size)];
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
