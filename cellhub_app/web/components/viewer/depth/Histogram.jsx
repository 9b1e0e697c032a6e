import React, { useRef } from 'react';
import { columnsOf, pathOf, rangeOf, stepOf, valueAt } from './histogram.js';
import { movedWindow } from './settings.js';
import { intensityText } from './words.js';

const WIDTH = 240;
const HEIGHT = 56;
const FAST = 10;

function Handle({ end, name, value, range, dtype, onMove }) {
  const [from, to] = range;
  const step = stepOf(range, dtype);
  const words = end === 'low' ? `${name}: shown as black` : `${name}: shown at full strength`;
  const onKeyDown = event => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -FAST, PageUp: FAST }[event.key];
    const goal = event.key === 'Home' ? from : event.key === 'End' ? to : by && value + by * step * (event.shiftKey ? FAST : 1);
    if (goal === undefined) return;
    event.preventDefault();
    onMove(Math.min(to, Math.max(from, goal)));
  };
  return (
    <i
      role="slider"
      tabIndex={0}
      className={`ch-depth-handle ch-depth-${end}`}
      style={{ left: `${100 * (value - from) / (to - from)}%` }}
      aria-label={words}
      aria-valuemin={from}
      aria-valuemax={to}
      aria-valuenow={value}
      aria-valuetext={intensityText(value, dtype)}
      data-testid={`window-${end}`}
      onKeyDown={onKeyDown}
    />
  );
}

/** The intensities of a channel, the rarest still to be seen, and the window over them with two handles. */
export function Histogram({ channel, name, color, window, dtype, onWindow }) {
  const box = useRef(null);
  const range = useRef(null);
  const dragged = useRef(null);
  // While a handle is dragged the scale stays: it must not run away under the pointer.
  if (!dragged.current) range.current = rangeOf(channel, window);
  const [from, to] = range.current;
  const least = dtype === 'float32' ? (to - from) / 1000 : 1;
  const move = (end, value) => onWindow(movedWindow(window, end, value, least));
  const at = event => {
    const { left, width } = box.current.getBoundingClientRect();
    return valueAt((event.clientX - left) / width, range.current, dtype);
  };
  const onPointerDown = event => {
    if (event.button) return;
    const value = at(event);
    const [low, high] = window;
    dragged.current = Math.abs(value - low) <= Math.abs(value - high) && value < high ? 'low' : 'high';
    box.current.setPointerCapture(event.pointerId);
    move(dragged.current, value);
  };
  const onPointerMove = event => { if (dragged.current) move(dragged.current, at(event)); };
  const onPointerUp = () => { dragged.current = null; };
  const place = value => WIDTH * (value - from) / (to - from);
  return (
    <div className="ch-depth-histogram" ref={box} data-testid="histogram" onPointerDown={onPointerDown} onPointerMove={onPointerMove} onPointerUp={onPointerUp} onPointerCancel={onPointerUp}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <path d={pathOf(columnsOf(channel.histogram, [from, to], WIDTH / 2), WIDTH, HEIGHT)} />
        <line x1={place(window[0])} y1={HEIGHT} x2={place(window[1])} y2="0" style={{ stroke: color === '#ffffff' ? undefined : color }} />
      </svg>
      {['low', 'high'].map((end, index) => (
        <Handle key={end} end={end} name={name} value={window[index]} range={range.current} dtype={dtype} onMove={value => move(end, value)} />
      ))}
    </div>
  );
}
