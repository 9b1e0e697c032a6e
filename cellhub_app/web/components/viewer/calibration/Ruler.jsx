import React, { useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { problemOfLine } from './calibration.js';

/** Over the image of `map`: a line that is dragged from end to end. `onDone(from, to)` in image px, `onRefused(sentence)`, `onCancel()`. */
export function Ruler({ map, onDone, onRefused, onCancel }) {
  const [ends, setEnds] = useState(null);
  useEffect(() => {
    const onKeyDown = event => { if (event.key === 'Escape') onCancel(); };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [onCancel]);
  const element = map.getTargetElement();
  const at = event => {
    const { left, top } = element.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const inImage = pixel => {
    const [x, y] = map.getCoordinateFromPixel(pixel);
    return [x, -y];
  };
  const onPointerDown = event => {
    event.currentTarget.setPointerCapture(event.pointerId);
    setEnds([at(event), at(event)]);
  };
  const onPointerMove = event => { if (ends) setEnds([ends[0], at(event)]); };
  const onPointerUp = event => {
    const [from, to] = [ends[0], at(event)].map(inImage);
    setEnds(null);
    const problem = problemOfLine(from, to);
    if (problem) onRefused(problem);
    else onDone(from, to);
  };
  return createPortal(
    <svg className="ch-ruler" data-testid="ruler" aria-hidden="true" onPointerDown={onPointerDown} onPointerMove={onPointerMove} onPointerUp={ends ? onPointerUp : undefined}>
      {ends && ['ch-ruler-shade', 'ch-ruler-line'].map(name => (
        <line key={name} className={name} x1={ends[0][0]} y1={ends[0][1]} x2={ends[1][0]} y2={ends[1][1]} />
      ))}
    </svg>,
    element.parentElement,
  );
}
