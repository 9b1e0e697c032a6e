import React from 'react';
import { t } from '../language.js';
import { counted } from '../words.js';
import { correctedBy, isWrong, LONGEST, PARTS, shownOf } from './places.js';

export const ROWS = 100;
const HEADS = { plate: 'Plate', well: 'Well', condition: 'Condition', replicate: 'Replicate' };

function Row({ row, correction, correct }) {
  const wrong = isWrong(correction);
  return (
    <tr data-testid="preview-row" data-name={row.name} data-corrected={correction ? true : undefined}>
      <th scope="row" className="ellipsis" title={row.name}>{row.name}</th>
      {PARTS.map(part => (
        <td key={part}>
          <input
            className="input" value={shownOf(row, correction, part)} maxLength={LONGEST[part]} onChange={event => correct(row, part, event.target.value)} spellCheck={false} autoComplete="off"
            aria-label={t('{part} of {name}', { part: t(HEADS[part]), name: row.name })} aria-invalid={(part === 'well' && wrong) || undefined}
            placeholder={part === 'condition' && row.condition === null ? t('as it is') : ''} data-testid={`preview-${part}`}
          />
        </td>
      ))}
    </tr>
  );
}

function Pager({ at, total, turn }) {
  if (total <= ROWS) return null;
  return (
    <div className="row">
      <button type="button" className="btn btn-small" disabled={at === 0} onClick={() => turn(at - ROWS)}>{t('Before')}</button>
      <span className="dim small number">{t('{from} to {to} of {total}', { from: at + 1, to: Math.min(total, at + ROWS), total: total.toLocaleString('en') })}</span>
      <button type="button" className="btn btn-small" disabled={at + ROWS >= total} onClick={() => turn(at + ROWS)}>{t('Next')}</button>
    </div>
  );
}

/** What a template or a table says of the images, row by row; every cell can be corrected before anything is changed. */
export function Preview({ value, busy, look, setLook, corrections, setCorrections }) {
  const lost = value.images - value.placed;
  const correct = (row, part, words) => setCorrections(before => correctedBy(before, { ...row, isLost: look.unplaced }, part, words));
  const total = look.unplaced ? lost : value.placed;
  return (
    <div className="ch-exp-preview" data-busy={busy || undefined} data-testid="preview" data-placed={value.placed}>
      <div className="ch-exp-line">
        <div className="pills" role="group" aria-label={t('Which images are listed')}>
          <button type="button" className="pill" aria-pressed={!look.unplaced} onClick={() => setLook({ unplaced: false, at: 0 })} data-testid="preview-placed">
            {t('Placed')} <span>{value.placed.toLocaleString('en')}</span>
          </button>
          <button type="button" className="pill" aria-pressed={look.unplaced} onClick={() => setLook({ unplaced: true, at: 0 })} data-testid="preview-lost">
            {t('Not placed')} <span>{lost.toLocaleString('en')}</span>
          </button>
        </div>
        {corrections.size > 0 && (
          <span className="small number" data-testid="preview-corrected">
            {counted(corrections.size, 'correction')}
            <button type="button" className="btn btn-ghost btn-small" onClick={() => setCorrections(new Map())}>{t('Forget them')}</button>
          </span>
        )}
      </div>
      {value.rows.length === 0
        ? <p className="dim small">{look.unplaced ? t('Every image is placed.') : t('No image fits.')}</p>
        : (
          <div className="ch-exp-rows">
            <table>
              <thead><tr><th scope="col">{t('Image')}</th>{PARTS.map(part => <th key={part} scope="col">{t(HEADS[part])}</th>)}</tr></thead>
              <tbody>
                {value.rows.map(row => <Row key={row.imageId} row={row} correction={corrections.get(row.imageId)?.parts} correct={correct} />)}
              </tbody>
            </table>
          </div>
        )}
      <Pager at={look.at} total={total} turn={at => setLook({ ...look, at })} />
    </div>
  );
}

/** How many images a change places, with those that nothing was said about until somebody corrected them. */
export const willPlace = (value, corrections) => (value ? value.placed + [...corrections.values()].filter(({ row }) => row.isLost).length : 0);
