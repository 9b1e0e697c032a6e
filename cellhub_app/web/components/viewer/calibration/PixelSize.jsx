import React, { useCallback, useId, useState } from 'react';
import { useDesk } from '../usedesk.js';
import { lengthOf, pixelSize, pixelSizeOfLine, savePixelSize, sizeText } from './calibration.js';
import { Ruler } from './Ruler.jsx';
import './calibration.css';

function Ask({ label, start, problem, onSave, onCancel }) {
  const [text, setText] = useState(start);
  const id = useId();
  const onSubmit = event => { event.preventDefault(); onSave(text); };
  const onKeyDown = event => { if (event.key === 'Escape') { event.stopPropagation(); onCancel(); } };
  return (
    <form className="ch-scale-form" onSubmit={onSubmit} onKeyDown={onKeyDown}>
      <label htmlFor={id}>{label}</label>
      <div>
        <input id={id} inputMode="decimal" autoFocus value={text} aria-invalid={Boolean(problem)} data-testid="scale-input" onChange={event => setText(event.target.value)} />
        <button type="submit" data-testid="scale-save">Save</button>
        <button type="button" onClick={onCancel}>Cancel</button>
      </div>
    </form>
  );
}

/** The size of a pixel, which whoever may annotate sets by hand or by a line of known length, and takes back. */
export function PixelSize({ url, pixelSizeUm = null, canEdit = false }) {
  const map = useDesk('map');
  const [mode, setMode] = useState('rest');
  const [lengthPx, setLengthPx] = useState(0);
  const [problem, setProblem] = useState('');
  const [before, setBefore] = useState([]);
  const rest = useCallback(() => { setMode('rest'); setProblem(''); }, []);
  const save = async (um, kept) => {
    const failed = await savePixelSize(url, um);
    setProblem(failed);
    if (failed) return;
    setBefore(kept);
    setMode('rest');
  };
  const saved = found => (found.sentence ? setProblem(found.sentence) : save(found.um, [...before, pixelSizeUm]));
  const begin = next => { setProblem(''); setMode(next); };
  return (
    <section className="ch-scale" aria-label="Pixel size" data-testid="pixel-size">
      <p><span>Pixel size</span> <b data-testid="pixel-size-text">{sizeText(pixelSizeUm)}</b></p>
      {canEdit && mode === 'rest' && (
        <div className="ch-scale-row">
          <button type="button" data-testid="scale-by-hand" onClick={() => begin('hand')}>Set…</button>
          <button type="button" data-testid="scale-by-line" disabled={!map} onClick={() => begin('line')}>Measure a line…</button>
          {before.length > 0 && <button type="button" data-testid="scale-undo" onClick={() => save(before.at(-1), before.slice(0, -1))}>Undo</button>}
        </div>
      )}
      {mode === 'hand' && <Ask label="µm for one pixel" start={pixelSizeUm ? String(pixelSizeUm) : ''} problem={problem} onSave={text => saved(pixelSize(text))} onCancel={rest} />}
      {mode === 'line' && (
        <>
          <p role="status">Drag along something in the image whose length you know. Esc ends it.</p>
          <Ruler map={map} onRefused={setProblem} onCancel={rest} onDone={(from, to) => { setLengthPx(lengthOf(from, to)); begin('length'); }} />
        </>
      )}
      {mode === 'length' && (
        <Ask label={`The line has ${lengthPx.toFixed(1)} px. Its length in µm`} start="" problem={problem} onSave={text => saved(pixelSizeOfLine(text, lengthPx))} onCancel={rest} />
      )}
      {problem && <p role="alert" className="ch-scale-problem">{problem}</p>}
    </section>
  );
}
