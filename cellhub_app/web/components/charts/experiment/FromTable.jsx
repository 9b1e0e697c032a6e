import React, { useEffect, useMemo, useRef, useState } from 'react';
import { t } from '../language.js';
import { counted } from '../words.js';
import { isWrong, placesOf } from './places.js';
import { Preview, willPlace } from './Preview.jsx';
import { usePreview } from './useexperiment.js';

const LONGEST = 8_000_000;
const FIRST = Object.freeze({ unplaced: false, at: 0 });
const EXAMPLE = 'file,plate,well,condition,replicate\nP1_A01_1.tif,P1,A01,control,mouse 1';

/** Names and lines of which nothing became: the first of them, and how many there are. */
function Left({ words, some, count, testid }) {
  if (!count) return null;
  return (
    <details className="ch-exp-left small" data-testid={testid}>
      <summary>{words}</summary>
      <ul>{some.map(each => <li key={each}>{each}</li>)}</ul>
      {count > some.length && <p className="dim">{t('and {count} more', { count: (count - some.length).toLocaleString('en') })}</p>}
    </details>
  );
}

/** Places from a table that was pasted or chosen: what it says, what fits no image, what it says nothing about. */
export function FromTable({ base, experiment }) {
  const [csv, setCsv] = useState('');
  const [problemOfFile, setProblemOfFile] = useState('');
  const [look, setLook] = useState(FIRST);
  const [corrections, setCorrections] = useState(() => new Map());
  const chooser = useRef(null);
  const body = useMemo(() => (csv.trim() ? { csv, ...look } : null), [csv, look]);
  const { value, problem, busy } = usePreview(base, body);
  useEffect(() => { setLook(FIRST); setCorrections(new Map()); }, [csv]);
  const choose = async event => {
    const [file] = event.target.files;
    event.target.value = '';
    setProblemOfFile('');
    if (!file) return;
    if (file.size > LONGEST) setProblemOfFile(t('{name} is larger than 8 MB. Split the table.', { name: file.name }));
    else setCsv(await file.text());
  };
  const wrong = [...corrections.values()].some(({ parts }) => isWrong(parts));
  const count = willPlace(value, corrections);
  const send = event => {
    event.preventDefault();
    const images = placesOf(corrections);
    experiment.change({ csv, ...(images.length ? { images } : {}) }, done => t('Placed {images} by the table.', { images: counted(done, 'image') }))
      .then(({ problem: failed }) => { if (!failed) setCsv(''); });
  };
  const said = problemOfFile || problem;
  return (
    <form className="ch-exp-way" onSubmit={send}>
      <label className="field">
        <span className="field-label">{t('Table: paste it, or choose a file')}</span>
        <textarea className="input ch-exp-csv" rows={5} value={csv} onChange={event => setCsv(event.target.value)} placeholder={EXAMPLE} spellCheck={false} aria-describedby="table-help" data-testid="table-text" />
      </label>
      <p className="dim small" id="table-help">{t('The first line names the columns: file, and condition or well; plate and replicate if you like. Commas, semicolons or tabs separate.')}</p>
      <div className="row wrap">
        <input ref={chooser} type="file" accept=".csv,.tsv,.txt,text/csv" onChange={choose} className="spoken" tabIndex={-1} aria-label={t('File with a table')} data-testid="table-file" />
        <button type="button" className="btn btn-small" onClick={() => chooser.current.click()}>{t('Choose a file')}</button>
      </div>
      {said && <p role="alert" className="error-text small" data-testid="table-problem">{said}</p>}
      {value && !said && (
        <>
          <div className="ch-exp-lefts">
            <Left words={t('{names} in the table that no image has', { names: counted(value.unknownCount, 'name') })} some={value.unknown} count={value.unknownCount} testid="table-unknown" />
            <Left words={t('{lines} could not be read', { lines: counted(value.problemCount, 'line') })} some={value.problems} count={value.problemCount} testid="table-problems" />
          </div>
          <Preview value={value} busy={busy} look={look} setLook={setLook} corrections={corrections} setCorrections={setCorrections} />
        </>
      )}
      <div className="row">
        <button type="submit" className="btn btn-primary" disabled={!value || busy || Boolean(said) || wrong || count === 0 || experiment.pending > 0} data-testid="table-apply">
          {value ? t('Place {images}', { images: counted(count, 'image') }) : t('Place images')}
        </button>
        {wrong && <span className="error-text small" role="alert">{t('A corrected well is none: wells are named A01 to P24.')}</span>}
      </div>
    </form>
  );
}
