import React, { useEffect, useState } from 'react';

/** Places that take files themselves say so by `data-takes-files`. */
const carriesFiles = event =>
  [...(event.dataTransfer?.types ?? [])].includes('Files') && !event.target.closest?.('[data-takes-files]');

/** Covers the whole window while files are dragged over it. */
export function DropLayer({ formats, onDrop }) {
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    let depth = 0;
    const change = step => {
      depth = Math.max(0, depth + step);
      setIsOver(depth > 0);
    };
    const handlers = {
      dragenter: event => carriesFiles(event) && change(1),
      dragleave: event => carriesFiles(event) && change(-1),
      dragover: event => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
      },
      drop: event => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        depth = 0;
        setIsOver(false);
        onDrop(event.dataTransfer);
      },
    };
    Object.entries(handlers).forEach(([name, handler]) => window.addEventListener(name, handler));
    return () => Object.entries(handlers).forEach(([name, handler]) => window.removeEventListener(name, handler));
  }, [onDrop]);
  if (!isOver) return null;
  return (
    <div className="ch-drop" data-testid="drop-layer">
      <div className="ch-drop-frame">
        <svg viewBox="0 0 32 32" aria-hidden="true"><path d="M16 21V6m-6 6 6-6 6 6M6 20v6h20v-6" /></svg>
        <strong>Drop images to add them to this project</strong>
        <span>Files or whole folders. {formats}.</span>
      </div>
    </div>
  );
}
