import React from 'react';
import { TOOL_BY_NAME } from './catalog.js';

/** The tool in hand and what there is to say: what to do next, what was done, or why something was not. */
export function Status({ state: { tool, message, problem } }) {
  return (
    <div className="ch-hud ch-hud-status" data-problem={problem || undefined}>
      <b>{TOOL_BY_NAME.get(tool)?.title.split(' (')[0]}</b>
      <span role="status" data-testid="editor-status">{message}</span>
    </div>
  );
}
