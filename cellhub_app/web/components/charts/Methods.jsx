import React, { useEffect, useState } from 'react';
import { t } from './language.js';
import { useAnswer } from './useanswer.js';
import { counted, sizeWords } from './words.js';

const TOLD_MS = 4000;

function Copy({ text, source }) {
  const [told, setTold] = useState('');
  useEffect(() => {
    if (!told) return undefined;
    const timer = setTimeout(() => setTold(''), TOLD_MS);
    return () => clearTimeout(timer);
  }, [told]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setTold(t('Copied'));
    } catch {
      window.getSelection()?.selectAllChildren(document.getElementById(source));
      setTold(t('Press Ctrl+C'));
    }
  };
  return <button type="button" className="btn btn-primary btn-small" onClick={copy} data-testid="methods-copy"><span aria-live="polite">{told || t('Copy')}</span></button>;
}

const KINDS = { model: 'model', edit: 'by hand', import: 'imported', restore: 'restored' };
const parametersOf = parameters => Object.entries(parameters).filter(([, value]) => value !== null).map(([name, value]) => `${name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)} ${value}`).join(', ');

function Origins({ origins }) {
  return (
    <div className="ch-comparison-pairs">
      <table data-testid="methods-origins">
        <thead><tr><th scope="col">{t('Objects')}</th><th scope="col">{t('Images')}</th><th scope="col">{t('From')}</th><th scope="col">{t('Weights (SHA-256)')}</th><th scope="col">{t('Parameters')}</th></tr></thead>
        <tbody>
          {origins.map(origin => (
            <tr key={JSON.stringify([origin.kind, origin.model, origin.weightsSha256, origin.parameters])}>
              <td>{origin.objects.toLocaleString('en')}</td>
              <td>{origin.images.toLocaleString('en')}</td>
              <td>{origin.kind === 'model' ? origin.model : t(KINDS[origin.kind] ?? origin.kind)}</td>
              <td className="ch-methods-hash" title={origin.weightsSha256 ?? undefined}>{origin.weightsSha256?.slice(0, 12) ?? '–'}</td>
              <td>{parametersOf(origin.parameters) || '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A methods paragraph, ready to paste, and the facts that it is written from. */
export function Methods({ api, projectId, version, compared, close }) {
  const query = compared ? `?${new URLSearchParams({ test: compared.test, unit: compared.each })}` : '';
  const { value, problem, retry } = useAnswer(`${api}/projects/${encodeURIComponent(projectId)}/methods${query}`, version);
  return (
    <section className="ch-methods" aria-label={t('Methods paragraph')} data-testid="methods" data-state={value ? 'ready' : 'loading'}>
      <div className="ch-methods-head">
        <h2>{t('Methods')}</h2>
        <p className="dim small">{compared ? t('With the test that is shown below.') : t('Choose “Box and violin” or “Superplot” to have its test in the text.')}</p>
        {value && <Copy text={value.text} source="methods-text" />}
        <button type="button" className="btn btn-ghost btn-icon btn-small" onClick={close} aria-label={t('Close the methods')} data-testid="methods-close">×</button>
      </div>
      {problem && <p role="alert" className="ch-results-problem">{problem} <button type="button" className="btn btn-small" onClick={retry}>{t('Try again')}</button></p>}
      {!value && !problem && <div className="skeleton ch-methods-wait" role="status" aria-label={t('Writing the paragraph')} />}
      {value && (
        <>
          <p className="ch-methods-text" id="methods-text" data-testid="methods-text">{value.text}</p>
          <details className="ch-methods-facts small" data-testid="methods-facts">
            <summary>{t('What it is based on')}</summary>
            <Origins origins={value.origins} />
            <dl>
              <dt>{t('Drawn or corrected by hand')}</dt><dd>{counted(value.byHand, 'object')}</dd>
              <dt>{t('Pixel size')}</dt><dd>{value.pixelSizeUm.length ? sizeWords(value.pixelSizeUm) : t('not known')}</dd>
              <dt>{t('Conditions')}</dt><dd>{value.conditions.length ? value.conditions.map(one => `${one.condition} (n = ${one.replicates})`).join(', ') : t('none given')}</dd>
              <dt>{t('Software')}</dt><dd>{Object.entries(value.versions).map(([name, number]) => `${name} ${number}`).join(', ')}</dd>
            </dl>
          </details>
        </>
      )}
    </section>
  );
}
