import React, { useCallback } from 'react';
import { t } from '../language.js';
import { counted } from '../words.js';
import { FromNames } from './FromNames.jsx';
import { FromTable } from './FromTable.jsx';
import { PlateMap } from './PlateMap.jsx';
import { useExperiment } from './useexperiment.js';
import './experiment.css';

const WAYS = [['plate', 'Plate map'], ['names', 'From file names'], ['table', 'From a table']];

function Facts({ overview }) {
  const lacking = overview.images - overview.withoutCondition;
  return (
    <p className="dim small number" data-testid="conditions-facts">
      {overview.withoutCondition === 0
        ? t('All {images} have a condition.', { images: counted(overview.images, 'image') })
        : t('{with} of {images} have a condition.', { with: lacking.toLocaleString('en'), images: counted(overview.images, 'image') })}
    </p>
  );
}

/** What was done last, with the way back. */
function Told({ experiment, canEdit }) {
  return (
    <div className="ch-exp-told" aria-live="polite">
      {experiment.problem && <p role="alert" className="error-text small">{experiment.problem}</p>}
      {experiment.said && !experiment.problem && <p className="small" data-testid="conditions-said">{experiment.said}</p>}
      {canEdit && (
        <button type="button" className="btn btn-small" onClick={experiment.undo} disabled={!experiment.undoable || experiment.pending > 0} title={t('Undo (Ctrl+Z)')} data-testid="conditions-undo">
          {t('Undo')}
        </button>
      )}
    </div>
  );
}

/** Which image shows which condition, on which plate, in which replicate; whoever may edit changes it here, and the charts follow. */
export function Experiment({ base, version, way, canEdit, show, close, changed }) {
  const experiment = useExperiment(base, version, changed);
  const { value, problem, retry } = experiment.answer;
  const shown = canEdit ? way : 'plate';
  const onKeyDown = useCallback(event => {
    if (!canEdit || event.key.toLowerCase() !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
    if (['INPUT', 'TEXTAREA'].includes(event.target.tagName) && event.target.type !== 'radio') return;
    event.preventDefault();
    experiment.undo();
  }, [experiment.undo, canEdit]);
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the key of undo, for all that is inside
    <section className="ch-exp" aria-label={t('Conditions')} onKeyDown={onKeyDown} data-testid="conditions" data-state={value ? 'ready' : 'loading'} data-busy={experiment.pending > 0 || undefined}>
      <div className="ch-exp-head">
        <h2>{t('Conditions')}</h2>
        {canEdit && (
          <div className="pills" role="group" aria-label={t('How images get their conditions')}>
            {WAYS.map(([name, words]) => (
              <button key={name} type="button" className="pill" aria-pressed={shown === name} onClick={() => show(name)} data-testid={`conditions-${name}`}>{t(words)}</button>
            ))}
          </div>
        )}
        <a className="btn btn-ghost btn-small ch-exp-out" href={`${base}/table.csv`} download="conditions.csv" data-testid="conditions-csv">{t('Download as CSV')}</a>
        <button type="button" className="btn btn-ghost btn-icon btn-small" onClick={close} aria-label={t('Close the conditions')} data-testid="conditions-close">×</button>
      </div>
      {problem && <p role="alert" className="ch-results-problem">{problem} <button type="button" className="btn btn-small" onClick={retry}>{t('Try again')}</button></p>}
      {!value && !problem && <div className="skeleton ch-exp-wait" role="status" aria-label={t('Reading the conditions')} />}
      {value?.images === 0 && <p className="dim" data-testid="conditions-no-images">{t('There are no images yet. Add some, then say here what they show.')}</p>}
      {value?.images > 0 && (
        <>
          <div className="ch-exp-line">
            <Facts overview={value} />
            {!canEdit && <p className="dim small">{t('Owners and editors of the project change them.')}</p>}
            <Told experiment={experiment} canEdit={canEdit} />
          </div>
          {shown === 'plate' && <PlateMap overview={value} experiment={experiment} canEdit={canEdit} show={show} />}
          {shown === 'names' && <FromNames base={base} overview={value} experiment={experiment} show={show} />}
          {shown === 'table' && <FromTable base={base} experiment={experiment} />}
        </>
      )}
    </section>
  );
}
