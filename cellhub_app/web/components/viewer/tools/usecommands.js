import { useEffect, useRef } from 'react';
import { commandFor } from '../keys.js';
import { editorCommand } from './keys.js';
import { isForEditor } from './useediting.js';

export const EDITOR_HELP = 'Tab or full stop selects the next object, Shift Tab or comma the one before, the arrow keys the nearest one in their direction. '
  + 'Space keeps the object selected while you go on to others. Letters take tools: E edits the vertices of the selected object, where Tab steps '
  + 'through them and the arrow keys move them. N draws: the arrow keys move a crosshair, Space puts a point, Enter ends. Delete deletes. '
  + 'Control Z takes back. Question mark shows all keys. Escape puts the tool away, then selects nothing; once more, and Tab leaves the image.';

/** Before the page's own listeners, which leave alone what is dealt with. */
const CAPTURE = { capture: true };

/**
 * What keys do. Tab walks through the objects only after one is selected or while there is one ahead: after Escape, or past the last one,
 * it leaves the canvas as everywhere else. Answers the canvas' own handler, for viewers without an editor.
 */
export function useCommands(viewer, editor) {
  const released = useRef(false);
  const canTab = step => viewer.canStep(step) && (viewer.selected !== null || !released.current);
  useEffect(() => {
    if (!editor) return undefined;
    const onKeyDown = event => {
      const command = editorCommand(event);
      if (!command || !isForEditor(event, viewer.element, command)) return;
      if (command.name === 'tab' && released.current && !viewer.selected) return;
      const isLast = command.name === 'cancel' && editor.state.tool === 'select' && !viewer.selected;
      const done = editor.run(command) || (command.name === 'tab' && canTab(command.step) && editor.run({ name: command.step > 0 ? 'next' : 'previous' }));
      released.current = isLast;
      if (done) event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown, CAPTURE);
    return () => window.removeEventListener('keydown', onKeyDown, CAPTURE);
  }, [viewer, editor]);
  return event => {
    if (editor || !viewer) return;
    const command = commandFor(event, canTab);
    released.current = command?.name === 'deselect';
    if (command && viewer.run(command)) event.preventDefault();
  };
}
