import React, { useEffect, useRef, useState } from 'react';
import { CellHubViewer } from '$/public/external/cellhub_app/web/components/viewer/viewer/CellHubViewer.jsx';
import { placeAfter, placeAt, START } from './place.js';
import './duel.css';

function Side({ side, result, props, bare }) {
  return (
    <figure className={`ch-duel-side ch-duel-${side}`} data-testid={`duel-${side}`}>
      <CellHubViewer
        imageId={props.imageId} imageUrl={props.imageUrl} width={props.width} height={props.height} pixelSizeUm={props.pixelSizeUm}
        name={`${props.name}, ${result.title}`} polygonsUrl={result.url} showOutlines={props.showOutlines} fillOpacity={props.fillOpacity}
        veilUrl={props.veilUrl} group="duel" bare={bare}
      />
      <figcaption className="ch-duel-caption"><b>{result.title}</b>{result.note && <span>{result.note}</span>}</figcaption>
    </figure>
  );
}

/** The line between two results that lie on each other; it is moved by pointer and keys. */
function Divider({ place, setPlace, frame }) {
  const move = event => setPlace(placeAt(event.clientX, frame.current.getBoundingClientRect()));
  const onKeyDown = event => {
    const next = placeAfter(event.key, place);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    setPlace(next);
  };
  return (
    <div
      className="ch-duel-divider" style={{ left: `${place}%` }} role="slider" tabIndex={0} data-testid="duel-divider"
      aria-label="Swipe between the two models" aria-orientation="horizontal" aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(place)}
      onKeyDown={onKeyDown}
      onPointerDown={event => { event.currentTarget.setPointerCapture(event.pointerId); move(event); }}
      onPointerMove={event => event.currentTarget.hasPointerCapture(event.pointerId) && move(event)}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M6 4.500 2.500 8 6 11.500M10 4.500 13.500 8 10 11.500" /></svg>
    </div>
  );
}

/** Two results on one picture: beside each other, or one over the other with a line to swipe. Both move as one. */
export function Duel(props) {
  const [place, setPlace] = useState(START);
  const frame = useRef(null);
  const swipes = props.mode === 'swipe';
  useEffect(() => { if (swipes) setPlace(START); }, [swipes]);
  return (
    <div ref={frame} className="ch-duel" data-mode={props.mode} data-testid="duel" style={{ '--duel-place': `${place}%` }}>
      <Side side="left" result={props.left} props={props} bare={true} />
      <Side side="right" result={props.right} props={props} bare={false} />
      {swipes && <Divider place={place} setPlace={setPlace} frame={frame} />}
    </div>
  );
}
