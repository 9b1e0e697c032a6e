import './importer.css';
import React, { useRef, useState } from 'react';
import { formOf, refusalOf } from './sending.js';

function Choice({ label, value, options, onChange, testId }) {
  return (
    <label>
      {label}
      <select className="select" value={value} onChange={(event) => onChange(event.target.value)} data-testid={testId}>
        {options.map(({ name, title }) => <option key={name} value={name}>{title}</option>)}
      </select>
    </label>
  );
}

/** Chooses files, or takes dropped ones, and sends them all as one import. */
export function Importer({ action, formats, words }) {
  const input = useRef(null);
  const [format, setFormat] = useState('auto');
  const [mode, setMode] = useState('replace');
  const [isOver, setIsOver] = useState(false);
  const [isSending, setIsSending] = useState(false);
  const [refusal, setRefusal] = useState('');

  const send = async (files) => {
    if (!files.length || isSending) return;
    setIsSending(true);
    setRefusal(await refusalOf(action, formOf(files, format, mode), words.failed));
    setIsSending(false);
  };
  const chosen = (event) => {
    send([...event.target.files]);
    event.target.value = '';
  };
  const drop = (event) => {
    event.preventDefault();
    setIsOver(false);
    send([...event.dataTransfer.files]);
  };
  const over = (event) => {
    event.preventDefault();
    setIsOver(true);
  };
  const leave = (event) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setIsOver(false);
  };
  const kinds = [{ name: 'auto', title: words.auto }, ...formats];
  const modes = ['replace', 'add'].map((name) => ({ name, title: words[name] }));
  const places = { onDragOver: over, onDragLeave: leave, onDrop: drop };
  return (
    <div className="importer" data-over={isOver || undefined} data-takes-files="" {...places} data-testid="importer">
      <Choice label={words.format} value={format} onChange={setFormat} testId="import-format" options={kinds} />
      <Choice label={words.mode} value={mode} onChange={setMode} testId="import-mode" options={modes} />
      <div className="importer-drop">
        <span>{words.drop}</span>
        <button type="button" className="btn btn-primary" disabled={isSending} onClick={() => input.current.click()} data-testid="import-choose">
          {isSending ? words.sending : words.choose}
        </button>
      </div>
      <input ref={input} type="file" multiple hidden onChange={chosen} data-testid="import-files" />
      <p role="alert" className="error-text small">{refusal}</p>
    </div>
  );
}
