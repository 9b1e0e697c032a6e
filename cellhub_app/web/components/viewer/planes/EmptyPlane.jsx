import React from 'react';
import './planes.css';

/** Said over a plane that nobody has segmented or drawn in yet, with what can be done; `segment` gets "plane" or "all". */
export function EmptyPlane({ planes, canDraw, segment }) {
  return (
    <div className="ch-viewer-notice ch-empty-plane" role="status" data-testid="viewer-empty-plane">
      <p>No outlines in this plane yet.{canDraw && <span> {segment ? 'Segment it, or draw them' : 'Draw them'} by hand.</span>}</p>
      {segment && (
        <div>
          <button type="button" data-testid="segment-plane" onClick={() => segment('plane')}>Segment this plane</button>
          <button type="button" data-testid="segment-planes" onClick={() => segment('all')}>Segment all {planes} planes</button>
        </div>
      )}
    </div>
  );
}
