import React from 'react';
import './planes.css';

function adviceOf(isRunning, canDraw, segment) {
  if (isRunning) return 'This image is being segmented.';
  if (!canDraw) return '';
  return segment ? 'Segment it, or draw them by hand.' : 'Draw them by hand.';
}

/** Said over a plane that nobody has segmented or drawn in yet, with what can be done; `segment` gets "plane" or "all". */
export function EmptyPlane({ planes, isRunning, canDraw, segment }) {
  return (
    <div className="ch-viewer-notice ch-empty-plane" role="status" data-testid="viewer-empty-plane">
      <p>No outlines in this plane yet. <span>{adviceOf(isRunning, canDraw, segment)}</span></p>
      {segment && !isRunning && (
        <div>
          <button type="button" data-testid="segment-plane" onClick={() => segment('plane')}>Segment this plane</button>
          <button type="button" data-testid="segment-planes" onClick={() => segment('all')}>Segment all {planes} planes</button>
        </div>
      )}
    </div>
  );
}
