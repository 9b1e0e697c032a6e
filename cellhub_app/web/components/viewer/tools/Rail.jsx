import React, { Fragment, useRef } from 'react';
import { useDesk } from '../usedesk.js';
import { ACTIONS, TOOLS } from './catalog.js';
import { useEditorState } from './useediting.js';

function RailButton({ item, pressed, press, isStop = false }) {
  const name = item.title.replace('…', '');
  return (
    <button
      type="button" className="ch-rail-button" aria-label={name} title={`${item.title} (${item.key.toUpperCase()})`}
      aria-pressed={pressed} aria-keyshortcuts={item.key}
      data-testid={`tool-${item.name}`} tabIndex={isStop ? 0 : -1} onClick={press}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true"><path d={item.icon} /></svg>
      <kbd aria-hidden="true">{item.key.toUpperCase()}</kbd>
    </button>
  );
}

/** Arrow keys go along the rail, which is one stop of Tab. */
function useRoving() {
  const rail = useRef(null);
  const onKeyDown = event => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const buttons = [...rail.current.querySelectorAll('button')];
    const place = buttons.indexOf(document.activeElement);
    event.preventDefault();
    event.stopPropagation();
    buttons[(place + step + buttons.length) % buttons.length].focus();
  };
  return { rail, onKeyDown };
}

/** The tools of the editor, beside the image; nothing while nothing can be edited. */
export function EditorRail() {
  const editor = useDesk('editor');
  const { tool, panel } = useEditorState(editor);
  const { rail, onKeyDown } = useRoving();
  if (!editor) return <div className="ch-rail" aria-hidden="true" />;
  const pressTool = name => () => {
    editor.run({ name: 'tool', tool: name });
    editor.viewer.element.focus();
  };
  const pressAction = action => () => {
    editor.run({ name: 'action', action: action.name });
    if (!action.panel) editor.viewer.element.focus();
  };
  return (
    <div
      ref={rail} className="ch-rail" role="toolbar" aria-label="Tools" aria-orientation="vertical" data-testid="tool-rail"
      onKeyDown={onKeyDown}
    >
      {TOOLS.map((item, index) => (
        <Fragment key={item.name}>
          {index > 0 && item.group !== TOOLS[index - 1].group && <hr aria-hidden="true" />}
          <RailButton item={item} pressed={tool === item.name} press={pressTool(item.name)} isStop={tool === item.name} />
        </Fragment>
      ))}
      <hr aria-hidden="true" />
      {ACTIONS.map(item => (
        <RailButton key={item.name} item={item} pressed={item.panel ? panel === item.name : undefined} press={pressAction(item)} />
      ))}
    </div>
  );
}
