import React, { useEffect } from 'react';
import { comparisonUrl } from './asking.js';
import { t } from './language.js';
import { useAnswer } from './useanswer.js';
import { effectWords, figure, probability } from './words.js';

function Pairs({ pairs, unit, ranks }) {
  return (
    <div className="ch-comparison-pairs">
      <table data-testid="comparison-pairs">
        <thead><tr><th scope="col">{t('Groups')}</th><th scope="col">{ranks ? t('Difference of mean ranks') : `${t('Difference')}${unit && ` (${unit})`}`}</th><th scope="col">{t('Adjusted P')}</th><th scope="col">{t('Effect size')}</th></tr></thead>
        <tbody>
          {pairs.map(pair => (
            <tr key={`${pair.first}\0${pair.second}`}>
              <td>{pair.first} – {pair.second}</td>
              <td>{figure(pair.difference)}{pair.low !== null && pair.high !== null && ` (${figure(pair.low)} to ${figure(pair.high)})`}</td>
              <td>{probability(pair.p)}</td>
              <td>{effectWords(pair.effect)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Statistics of the groups beside their figure: the test, its sentence, the pairs, and what a reader should know. */
export function Comparison({ base, view, version, change, tell }) {
  const { test, each } = view;
  const { value, problem, busy } = useAnswer(comparisonUrl(base, view, test, each), version);
  const told = value && !problem ? value.test : '';
  useEffect(() => { tell(told ? { test: told, each } : null); return () => tell(null); }, [told, each]);
  return (
    <section className="ch-comparison small" aria-label={t('Statistics')} aria-busy={busy} data-testid="comparison">
      <div className="ch-comparison-head">
        <h3>{t('Statistics')}</h3>
        <div className="row wrap">
          {value && (
            <select className="select select-small" aria-label={t('Test')} value={problem ? '' : value.test} onChange={event => change({ test: event.target.value })} data-testid="comparison-test">
              {value.tests.map(one => <option key={one.name} value={one.name}>{one.title}</option>)}
            </select>
          )}
          <select className="select select-small" aria-label={t('What counts once')} value={each} onChange={event => change({ each: event.target.value })} data-testid="comparison-each">
            <option value="replicate">{t('each replicate counts once')}</option>
            <option value="object">{view.per === 'image' ? t('each image counts once') : t('each object counts once')}</option>
          </select>
        </div>
      </div>
      {problem ? (
        <p className="dim" role="status">
          {problem} {test && <button type="button" className="btn btn-small" onClick={() => change({ test: '' })}>{t('Take the usual test')}</button>}
        </p>
      ) : value && (
        <>
          <p role="status" data-testid="comparison-sentence">{value.sentence}</p>
          {value.warnings.length > 0 && <ul className="ch-comparison-warning" data-testid="comparison-warnings">{value.warnings.map(words => <li key={words}>{words}</li>)}</ul>}
          {value.outcome?.pairs.length > 0 && <Pairs pairs={value.outcome.pairs} unit={value.measure.unit} ranks={value.test === 'kruskal'} />}
        </>
      )}
    </section>
  );
}
