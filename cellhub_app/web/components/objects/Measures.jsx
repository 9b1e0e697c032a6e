import React, { useState } from 'react';
import { figure, LOOK_FIRST_FROM, measuresOf } from './rows.js';

const FIRST = ['area', 'equivalent_diameter', 'feret_max', 'feret_min', 'perimeter', 'circularity', 'solidity', 'eccentricity', 'intensity_mean_c1'];

/** Everything known of the selected object: the usual figures first, all of them on request. */
export function Measures({ row, columns, calibrated, channels, deselect }) {
  const [all, setAll] = useState(false);
  const measures = measuresOf(row.object, columns, calibrated, channels);
  const shown = all ? measures : measures.filter(measure => FIRST.includes(measure.key));
  const { score, doubt } = row.object;
  return (
    <section className="ch-measures" aria-label={`Object ${row.number}`} data-testid="object-measures">
      <header>
        <h2>Object {row.number}</h2>
        {doubt >= LOOK_FIRST_FROM && <span className="ch-measures-doubt">Look first</span>}
        <button type="button" onClick={deselect} aria-label="Deselect the object" title="Deselect">×</button>
      </header>
      <dl>
        {shown.map(measure => (
          <div key={measure.key}>
            <dt>{measure.title}</dt>
            <dd data-testid={`measure-${measure.key}`}>{figure(measure.value)}{measure.unit && <span> {measure.unit}</span>}</dd>
          </div>
        ))}
        {score !== null && <div><dt>Score</dt><dd>{figure(score)}</dd></div>}
        {doubt !== null && <div><dt title="The chance that this object is wrong">Doubt</dt><dd>{figure(doubt)}</dd></div>}
      </dl>
      <button type="button" className="ch-measures-more" aria-expanded={all} onClick={() => setAll(!all)}>
        {all ? 'Fewer measures' : `All ${measures.length} measures`}
      </button>
    </section>
  );
}
