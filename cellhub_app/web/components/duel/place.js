/** Where the divider of the swipe stands, in percent of the width. */
export const START = 50;
const STEP = 2;
const LEAP = 10;

const bounded = percent => Math.min(100, Math.max(0, percent));

/** The place under a pointer. */
export function placeAt(clientX, { left, width }) {
  return width > 0 ? bounded((100 * (clientX - left)) / width) : START;
}

/** Where a key moves it; null for keys that do not. */
export function placeAfter(key, place) {
  const moved = {
    ArrowLeft: place - STEP, ArrowRight: place + STEP, PageDown: place - LEAP, PageUp: place + LEAP, Home: 0, End: 100,
  }[key];
  return moved === undefined ? null : bounded(moved);
}
