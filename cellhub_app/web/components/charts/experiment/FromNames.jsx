import React, { useEffect, useMemo, useState } from 'react';
import { t } from '../language.js';
import { counted } from '../words.js';
import { isWrong, placesOf } from './places.js';
import { Preview, willPlace } from './Preview.jsx';
import { usePreview } from './useexperiment.js';

const PARTS = ['{plate}', '{well}', '{row}', '{column}', '{field}', '{time}', '{condition}', '{replicate}', '*'];
const FIRST = Object.freeze({ unplaced: false, at: 0 });

/** Places from the names of the files: a template, what it finds, corrections, and only then a change. */
export function FromNames({ base, overview, experiment, show }) {
  const [template, setTemplate] = useState(overview.guesses[0]?.template ?? '{plate}_{well}_{field}');
  const [look, setLook] = useState(FIRST);
  const [corrections, setCorrections] = useState(() => new Map());
  const body = useMemo(() => (template.trim() ? { template, ...look } : null), [template, look]);
  const { value, problem, busy } = usePreview(base, body);
  useEffect(() => setLook(FIRST), [template]);
  const wrong = [...corrections.values()].some(({ parts }) => isWrong(parts));
  const count = willPlace(value, corrections);
  const send = event => {
    event.preventDefault();
    const images = placesOf(corrections);
    experiment.change({ template, ...(images.length ? { images } : {}) }, done => t('Placed {images} by their names.', { images: counted(done, 'image') }))
      .then(({ problem: failed }) => { if (!failed) { setCorrections(new Map()); show('plate'); } });
  };
  return (
    <form className="ch-exp-way" onSubmit={send}>
      <label className="field">
        <span className="field-label">{t('Template of the file names')}</span>
        <input className="input ch-exp-template" value={template} onChange={event => setTemplate(event.target.value)} maxLength={200} spellCheck={false} autoComplete="off" aria-invalid={problem ? true : undefined} aria-describedby="template-help" data-testid="template" />
      </label>
      <p className="dim small" id="template-help">{t('Write what the names look like, from their beginning; the end may be left out.')} {PARTS.map(part => <React.Fragment key={part}><code>{part}</code> </React.Fragment>)}</p>
      {overview.guesses.length > 0 && (
        <div className="pills" role="group" aria-label={t('Templates that fit')}>
          {overview.guesses.map(guess => (
            <button key={guess.template} type="button" className="pill" aria-pressed={guess.template === template} onClick={() => setTemplate(guess.template)} title={guess.template} data-testid="template-guess">
              {t(guess.origin)} <span>{guess.fits}</span>
            </button>
          ))}
        </div>
      )}
      {problem && <p role="alert" className="error-text small" data-testid="template-problem">{problem}</p>}
      {value && !problem && <Preview value={value} busy={busy} look={look} setLook={setLook} corrections={corrections} setCorrections={setCorrections} />}
      <div className="row">
        <button type="submit" className="btn btn-primary" disabled={busy || Boolean(problem) || wrong || count === 0 || experiment.pending > 0} data-testid="template-apply">{t('Place {images}', { images: counted(count, 'image') })}</button>
        {wrong && <span className="error-text small" role="alert">{t('A corrected well is none: wells are named A01 to P24.')}</span>}
      </div>
    </form>
  );
}
