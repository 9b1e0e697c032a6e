const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const LETTERS = { '+': 'zoomIn', '=': 'zoomIn', '-': 'zoomOut', _: 'zoomOut', 0: 'fit', f: 'fit', n: 'next', p: 'previous' };

/**
 * What a key press on the canvas means: {name, direction?} or null when the page may have it.
 * Tab walks through the objects only after one is selected or while `canTab` says that there is one ahead:
 * after Escape, or past the last object, Tab leaves the canvas as everywhere else.
 */
export function commandFor(event, canTab) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const direction = DIRECTIONS[event.key];
  if (direction) return { name: event.shiftKey ? 'pan' : 'select', direction };
  if (event.key === 'Tab') {
    const name = event.shiftKey ? 'previous' : 'next';
    return canTab(event.shiftKey ? -1 : 1) ? { name } : null;
  }
  if (event.key === 'Escape') return { name: 'deselect' };
  const name = LETTERS[event.key.toLowerCase()];
  return name ? { name } : null;
}
