import React, { useState } from 'react';
import { t } from '../language.js';
import { colourOf, inkOn } from '../palette.js';
import { counted } from '../words.js';

const LONGEST = 120;

function told(known) {
  return known ? `${counted(known.images, 'image')}, ${counted(known.replicates, 'replicate')}` : t('not painted yet');
}

/** The conditions with their colours and numbers: a legend for everybody, a choice of brushes for those who paint. */
export function Brushes({ names, conditions, theme, canEdit, chosen, choose, add }) {
  const [name, setName] = useState('');
  const known = new Map(conditions.map(one => [one.condition, one]));
  const send = event => {
    event.preventDefault();
    const words = name.trim().replace(/\s+/g, ' ');
    if (words) { add(words); setName(''); }
  };
  const entry = (value, words, mark, detail) => (
    <li key={value}>
      <label className="ch-exp-brush">
        {canEdit && <input type="radio" name="brush" checked={chosen === value} onChange={() => choose(value)} data-testid="brush" data-condition={value} />}
        {mark}
        <span className="ellipsis" title={words}>{words}</span>
        <span className="dim small number">{detail}</span>
      </label>
    </li>
  );
  return (
    <div className="ch-exp-brushes">
      <h3>{canEdit ? t('Paint with') : t('Conditions')}</h3>
      {names.length === 0 && <p className="dim small">{canEdit ? t('Name the first condition, for example control.') : t('No image has a condition yet.')}</p>}
      <ul>
        {names.map((one, i) => entry(one, one, <i className="ch-exp-swatch" style={{ background: colourOf(theme, i), color: inkOn(colourOf(theme, i)) }} aria-hidden="true">{i + 1}</i>, told(known.get(one))))}
        {canEdit && names.length > 0 && entry('', t('no condition'), <i className="ch-exp-swatch ch-exp-none" aria-hidden="true" />, t('takes it away'))}
      </ul>
      {canEdit && (
        <form className="row" onSubmit={send}>
          <input className="input" value={name} onChange={event => setName(event.target.value)} maxLength={LONGEST} placeholder={t('10 nM taxol')} aria-label={t('New condition')} autoComplete="off" data-testid="brush-name" />
          <button type="submit" className="btn btn-small" disabled={!name.trim()} data-testid="brush-add">{t('Add')}</button>
        </form>
      )}
    </div>
  );
}
