import { ACTION_BY_KEY, TOOL_BY_KEY } from './catalog.js';

const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const PLAIN = {
  Enter: 'commit', Escape: 'cancel', Delete: 'remove', Backspace: 'remove', Insert: 'insert', ' ': 'put',
  '.': 'next', ',': 'previous', '>': 'grow', '<': 'shrink', '+': 'zoomIn', '=': 'zoomIn', '-': 'zoomOut', _: 'zoomOut', 0: 'fit', x: 'remove',
};
const WITH_CONTROL = { z: 'undo', y: 'redo', a: 'all' };
const NUDGE_PX = 1;
const FAR_NUDGE_PX = 10;

/**
 * What a key press in the editor means: {name, ...}, or null when the page may have it. Arrows carry a direction and how far they nudge.
 */
export function editorCommand(event) {
  const { key, shiftKey } = event;
  if (event.altKey) return null;
  const lower = key.length === 1 ? key.toLowerCase() : key;
  if (event.ctrlKey || event.metaKey) return controlled(lower, shiftKey);
  if (DIRECTIONS[key]) return { name: 'arrow', direction: DIRECTIONS[key], px: shiftKey ? FAR_NUDGE_PX : NUDGE_PX };
  if (key === 'Tab') return { name: 'tab', step: shiftKey ? -1 : 1 };
  if (lower === 'h' && shiftKey) return { name: 'fill' };
  if (shiftKey && lower !== key) return null;
  if (TOOL_BY_KEY.has(lower)) return { name: 'tool', tool: TOOL_BY_KEY.get(lower) };
  if (ACTION_BY_KEY.has(lower)) return { name: 'action', action: ACTION_BY_KEY.get(lower).name };
  return PLAIN[lower] ? { name: PLAIN[lower] } : null;
}

function controlled(key, shiftKey) {
  if (key === 'z' && shiftKey) return { name: 'redo' };
  return WITH_CONTROL[key] && !shiftKey ? { name: WITH_CONTROL[key] } : null;
}
