import React from 'react';
import { useDesk } from '../usedesk.js';
import { savedWords } from './saved.js';
import { useSession } from './useediting.js';

const UNDO = 'M6 3.5 3 6.500l3 3M3.5 6.500H9a3.5 3.5 0 0 1 0 7H6.5';
const REDO = 'm10 3.5 3 3-3 3M12.5 6.500H7a3.5 3.5 0 0 0 0 7h2.5';

function Step({ name, keys, path, can, act, testId }) {
  return (
    <button
      type="button" className="btn btn-ghost btn-small btn-icon" aria-label={name} title={`${name} (${keys})`} aria-disabled={!can}
      data-testid={testId}
      onClick={() => can && act()}
    >
      <svg viewBox="0 0 16 16" className="ch-step-icon" aria-hidden="true"><path d={path} /></svg>
    </button>
  );
}

/** Whether everything is saved, and undo and redo; for the top bar. */
export function EditorBar() {
  const editor = useDesk('editor');
  const known = useSession(useDesk('session'));
  if (!editor || !known) return null;
  const { word, detail, kind } = savedWords(known.state);
  return (
    <div className="ch-savebar">
      <span className="ch-saved" data-kind={kind} role="status" title={detail} data-testid="save-state">{word}</span>
      <Step name="Undo" keys="Ctrl+Z" path={UNDO} can={known.canUndo} act={() => editor.undo()} testId="undo" />
      <Step name="Redo" keys="Ctrl+Shift+Z" path={REDO} can={known.canRedo} act={() => editor.redo()} testId="redo" />
    </div>
  );
}
