import React, { useEffect } from 'react';
import { desk } from '../desk.js';
import { planeAfter } from './planes.js';
import './planes.css';

function Step({ label, step, value, most, choose, testId }) {
  const next = value + step;
  return (
    <button type="button" className="ch-hud-button" aria-label={label} title={label} disabled={next < 0 || next > most} data-testid={testId} onClick={() => choose(next)}>
      <svg viewBox="0 0 16 16" aria-hidden="true"><path d={step < 0 ? 'M10 3.500 5.500 8 10 12.500' : 'M6 3.500 10.500 8 6 12.500'} /></svg>
    </button>
  );
}

function Axis({ name, keys, count, value, choose }) {
  const word = name.toLowerCase();
  const hint = key => ` (${keys}${key})`;
  return (
    <div className="ch-planes-axis">
      <span>{name}</span>
      <Step label={`The ${word} before${hint('Page up')}`} step={-1} value={value} most={count - 1} choose={choose} testId={`${word}-before`} />
      <input
        type="range" min={0} max={count - 1} step={1} value={value} aria-label={name} aria-valuetext={`${value + 1} of ${count}`}
        data-testid={`${word}-slider`} onChange={event => choose(Number(event.target.value))}
      />
      <Step label={`The next ${word}${hint('Page down')}`} step={1} value={value} most={count - 1} choose={choose} testId={`${word}-next`} />
      <output>{value + 1} / {count}</output>
    </div>
  );
}

/** Page up and page down, while the picture or nothing has the focus. */
function useKeys(plane, slices, timepoints, choose) {
  useEffect(() => {
    const onKeyDown = event => {
      const isOurs = event.target === document.body || event.target.closest?.('.ch-viewer-canvas');
      const next = isOurs ? planeAfter(event, plane, slices, timepoints) : null;
      if (!next) return;
      event.preventDefault();
      choose(next);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  });
}

/** Over the picture: which plane of a stack and which time is shown; nothing for an image of one plane. */
export function PlaneControl({ imageId, plane, slices, timepoints }) {
  const choose = values => desk.set('plane', { frame: plane.frame, timepoint: plane.timepoint, imageId, ...values });
  useKeys(plane, slices, timepoints, choose);
  if (slices * timepoints < 2) return null;
  return (
    <div className="ch-hud ch-planes" role="group" aria-label="Planes of the image" data-testid="planes">
      {slices > 1 && <Axis name="Plane" keys="" count={slices} value={plane.frame} choose={frame => choose({ frame })} />}
      {timepoints > 1 && <Axis name="Time" keys={slices > 1 ? 'Shift + ' : ''} count={timepoints} value={plane.timepoint} choose={timepoint => choose({ timepoint })} />}
    </div>
  );
}
