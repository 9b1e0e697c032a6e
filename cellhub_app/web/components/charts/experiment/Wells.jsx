import React, { useRef, useState } from 'react';
import { t } from '../language.js';
import { colourOf, inkOn } from '../palette.js';
import { counted } from '../words.js';
import { between, conditionsOf, LAYOUTS, letterOf, movedBy, nameOf, wellOf } from './plate.js';

const ROOMY = 24;

/** What a well is to those who cannot see it. */
function wordsOf(name, well, conditions) {
  if (!well) return t('{well}: no images', { well: name });
  const what = conditions.length === 0 ? t('no condition') : conditions.join(t(' and '));
  return t('{well}: {what}, {images}', { well: name, what, images: counted(well.images, 'image') });
}

/** Several conditions in one well are stripes of their colours. */
function paintOf(conditions, names, theme) {
  const colours = conditions.map(name => colourOf(theme, Math.max(0, names.indexOf(name))));
  if (colours.length < 2) return colours[0];
  const step = 100 / colours.length;
  return `linear-gradient(135deg, ${colours.map((colour, i) => `${colour} ${i * step}% ${(i + 1) * step}%`).join(', ')})`;
}

const Well = React.memo(({ name, well, conditions, words, label, background, isMarked, isFocused, ink }) => (
  <div
    role="gridcell" className="ch-well" data-well={name} data-testid="well" data-images={well ? well.images : undefined} data-condition={conditions} data-marked={isMarked || undefined}
    aria-selected={isMarked} aria-label={words} title={words} tabIndex={isFocused ? 0 : -1} style={background ? { background, color: ink } : undefined}
  >
    <span>{label}</span>
  </div>
));

/** Drags, from a well to another. */
function useDrag(canEdit, done) {
  const [drag, setDrag] = useState(null);
  const at = event => wellOf(document.elementFromPoint(event.clientX, event.clientY)?.closest('[data-well]')?.dataset.well ?? '');
  if (!canEdit) return [null, {}];
  return [drag, {
    onPointerDown: event => {
      const well = wellOf(event.target.closest('[data-well]')?.dataset.well ?? '');
      if (!well || event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      setDrag({ from: well, to: well });
    },
    onPointerMove: event => {
      const well = drag && at(event);
      if (well && (well[0] !== drag.to[0] || well[1] !== drag.to[1])) setDrag({ ...drag, to: well });
    },
    onPointerUp: () => { if (drag) done(drag.from, drag.to); setDrag(null); },
    onPointerCancel: () => setDrag(null),
  }];
}

/** The wells as a grid that is painted by dragging or by keys. */
export function Wells({ plate, size, names, painted, theme, canEdit, brush, pick, paint }) {
  const [high, wide] = LAYOUTS[size];
  const grid = useRef(null);
  const [focus, setFocus] = useState({ from: [0, 0], at: [0, 0] });
  const byName = new Map(plate.wells.map(well => [well.well, well]));
  const [drag, handlers] = useDrag(canEdit, (from, to) => { setFocus({ from, at: to }); grid.current.querySelector(`[data-well=${nameOf(...to)}]`)?.focus(); paint(between(from, to), brush); });
  const at = [Math.min(focus.at[0], high - 1), Math.min(focus.at[1], wide - 1)];
  const marked = new Set(drag ? between(drag.from, drag.to) : between(focus.from, at));
  const isSeveral = drag !== null || marked.size > 1;
  const onKeyDown = event => {
    const next = movedBy(event.key, at, size, event.ctrlKey || event.metaKey);
    const digit = /^[1-9]$/.test(event.key) && !event.ctrlKey && !event.metaKey ? Number(event.key) : 0;
    if (next) {
      setFocus({ from: event.shiftKey ? focus.from : next, at: next });
      grid.current.querySelector(`[data-well=${nameOf(...next)}]`)?.focus();
    } else if (canEdit && (event.key === ' ' || event.key === 'Enter')) paint(between(focus.from, at), brush);
    else if (canEdit && (event.key === 'Delete' || event.key === 'Backspace')) paint(between(focus.from, at), '');
    else if (canEdit && digit && names[digit - 1] !== undefined) pick(names[digit - 1]);
    else return;
    event.preventDefault();
  };
  const head = (name, words, wells) => (canEdit
    ? <button type="button" tabIndex={-1} onClick={() => paint(wells, brush)} title={words} aria-label={words}>{name}</button>
    : <span>{name}</span>);
  const columns = [...Array(wide).keys()];
  return (
    <div className="ch-wells-frame">
      <div
        className="ch-wells" role="grid" aria-label={t('Wells of the plate')} aria-multiselectable="true" aria-readonly={!canEdit} ref={grid} onKeyDown={onKeyDown} data-size={size} data-paints={canEdit || undefined}
        style={{ '--wells-wide': wide }} data-testid="wells" {...handlers}
      >
        <div role="row" className="ch-wells-row">
          <span role="columnheader" aria-label={t('Row')} />
          {columns.map(column => <span role="columnheader" key={column}>{head(column + 1, t('Paint column {name}', { name: column + 1 }), between([0, column], [high - 1, column]))}</span>)}
        </div>
        {[...Array(high).keys()].map(row => (
          <div role="row" className="ch-wells-row" key={row}>
            <span role="rowheader">{head(letterOf(row), t('Paint row {name}', { name: letterOf(row) }), between([row, 0], [row, wide - 1]))}</span>
            {columns.map(column => {
              const name = nameOf(row, column);
              const well = byName.get(name);
              const conditions = well ? conditionsOf(well, name, painted) : [];
              const number = conditions.length > 1 ? '±' : conditions.length ? String(names.indexOf(conditions[0]) + 1) : '';
              return (
                <Well
                  key={name} name={name} well={well} conditions={conditions.join('|')} words={wordsOf(name, well, conditions)} background={paintOf(conditions, names, theme)} ink={conditions.length ? inkOn(colourOf(theme, Math.max(0, names.indexOf(conditions[0])))) : undefined}
                  label={size <= ROOMY ? conditions.join(', ') : number} isMarked={isSeveral && marked.has(name)} isFocused={row === at[0] && column === at[1]}
                />
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}
