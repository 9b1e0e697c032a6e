import React from 'react';
import { areaText, cursorText, scaleBar, zoomText } from './scalebar.js';

function HudButton({ label, testId, onClick, children }) {
  return (
    <button type="button" className="ch-hud-button" aria-label={label} title={label} data-testid={testId} onClick={onClick}>
      <svg viewBox="0 0 16 16" aria-hidden="true">{children}</svg>
    </button>
  );
}

export function ZoomControl({ resolution, run }) {
  return (
    <div className="ch-hud ch-hud-zoom" role="group" aria-label="Zoom">
      <HudButton label="Zoom out (-)" testId="zoom-out" onClick={() => run({ name: 'zoomOut' })}><path d="M3.5 8h9" /></HudButton>
      <span className="ch-hud-percent" data-testid="zoom-level">{zoomText(resolution)}</span>
      <HudButton label="Zoom in (+)" testId="zoom-in" onClick={() => run({ name: 'zoomIn' })}><path d="M3.5 8h9M8 3.5v9" /></HudButton>
      <HudButton label="Show the whole image (0)" testId="zoom-fit" onClick={() => run({ name: 'fit' })}>
        <path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10" />
      </HudButton>
    </div>
  );
}

export function ScaleBar({ resolution, pixelSizeUm }) {
  const bar = scaleBar(resolution, pixelSizeUm);
  if (!bar) return null;
  return (
    <div className="ch-hud ch-hud-scale" data-testid="scale-bar" role="img" aria-label={`Scale bar: ${bar.label}`}>
      <i style={{ width: `${bar.width}px` }} />
      <span>{bar.label}</span>
    </div>
  );
}

export function Readout({ cursor, hovered, pixelSizeUm, intensity }) {
  if (!cursor) return null;
  const text = cursorText(cursor, pixelSizeUm);
  return (
    <div className="ch-hud ch-hud-cursor" data-testid="cursor-readout" aria-hidden="true">
      {hovered && <span className="ch-hud-area">{areaText(hovered.areaPx, pixelSizeUm)}</span>}
      <span>{text.px}</span>
      {text.um && <span>{text.um}</span>}
      {intensity && <span data-testid="cursor-intensity">{intensity}</span>}
    </div>
  );
}

export function Caption({ caption, polygons, count: known }) {
  const count = polygons.value?.found || known > 0 ? known ?? polygons.value.objects.length : null;
  const counted = count === null ? '' : `${count.toLocaleString('en')} ${count === 1 ? 'object' : 'objects'}`;
  if (!caption && !counted) return null;
  return (
    <div className={`ch-hud ch-hud-caption${counted ? '' : ' ch-hud-uncounted'}`} data-testid="viewer-caption">
      {caption && <span className="ch-hud-provenance">{caption}{counted && ' · '}</span>}
      {counted}
    </div>
  );
}

/** That outlines are on their way; it shows itself only after a moment. */
export function Busy({ note }) {
  return <div className="ch-hud ch-hud-busy" role="status" data-busy={note ? true : undefined} data-testid="viewer-busy">{note}</div>;
}

function Problem({ loaded, testId }) {
  return (
    <div className="ch-viewer-notice ch-viewer-problem" role="alert" data-testid={testId}>
      <p>{loaded.problem}</p>
      <button type="button" onClick={loaded.retry}>Try again</button>
    </div>
  );
}

/** The one thing to say over the canvas, if any: a problem, a wait, or that nothing was found. */
export function Notice({ picture, polygons, isEdited = false, isOnePlane = false }) {
  if (picture.status === 'failed') return <Problem loaded={picture} testId="viewer-picture-problem" />;
  if (polygons.status === 'failed') return <Problem loaded={polygons} testId="viewer-polygons-problem" />;
  if (picture.status === 'loading') {
    return <div className="ch-viewer-notice ch-viewer-wait" role="status" data-testid="viewer-loading">Loading the image</div>;
  }
  if (!isEdited && polygons.status === 'ready' && polygons.value.found && polygons.value.objects.length === 0) {
    return <div className="ch-viewer-notice" role="status" data-testid="viewer-empty">No objects found in this {isOnePlane ? 'plane' : 'image'}</div>;
  }
  return null;
}
