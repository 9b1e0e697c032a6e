import React from 'react';
import { useDesk } from '../usedesk.js';
import { TOOL_BY_NAME } from './catalog.js';
import { useEditorState } from './useediting.js';

/** The tool in hand and what there is to say: what to do next, what was done, or why something was not. A line of its own above the image. */
export function EditorStatus() {
  const editor = useDesk('editor');
  const { tool, message, problem } = useEditorState(editor);
  return (
    <div className="ch-status" data-problem={problem || undefined}>
      <b>{TOOL_BY_NAME.get(tool)?.title.split(' (')[0]}</b>
      <span role="status" title={message} data-testid="editor-status">{message}</span>
    </div>
  );
}
