import React, { useId, useState } from 'react';
import { isFiltered, measuresOf, NOTHING } from './address.js';
import { t } from './language.js';
import { counted, figure, groupName, rangeWords, titled } from './words.js';

const CHARTS = [['histogram', 'Histogram'], ['scatter', 'Scatter'], ['box', 'Box and violin'], ['superplot', 'Superplot'], ['course', 'Time course']];
const GROUPINGS = [['none', 'not grouped'], ['condition', 'by condition'], ['tag', 'by tag'], ['class', 'by class'], ['image', 'by image']];

function MeasureSelect({ label, value, measures, onChange, testid }) {
  return (
    <label className="ch-results-pick">
      <span className="dim small">{label}</span>
      <select className="select select-small" value={value} onChange={event => onChange(event.target.value)} data-testid={testid}>
        {measures.map(measure => <option key={measure.name} value={measure.name}>{titled(measure)}</option>)}
      </select>
    </label>
  );
}

/** Which figure, of what, grouped how. */
export function Tools({ view, overview, whole, change }) {
  const measures = measuresOf(view, overview);
  const offered = GROUPINGS.filter(([name]) => (!['class', 'image'].includes(name) || view.per === 'object' || view.by === name) && (name !== 'condition' || whole.conditions.length > 0 || view.by === name) && (name !== 'tag' || whole.tags.length > 0 || view.by === name));
  return (
    <div className="ch-results-tools">
      <div className="pills" role="group" aria-label={t('Figure')}>
        {CHARTS.map(([name, words]) => (
          <button key={name} type="button" className="pill" aria-pressed={view.chart === name} onClick={() => change({ chart: name })} data-testid={`chart-${name}`}>{t(words)}</button>
        ))}
      </div>
      <div className="ch-results-picks">
        <select
          className="select select-small" aria-label={t('What one point is')} value={view.per} data-testid="per"
          onChange={event => change({ per: event.target.value, select: [], ...(event.target.value === 'image' && view.by === 'class' ? { by: '' } : {}) })}
        >
          <option value="object">{t('each object')}</option>
          <option value="image">{t('each image')}</option>
        </select>
        {view.chart === 'scatter'
          ? (
            <>
              <MeasureSelect label={t('across')} value={view.x} measures={measures} onChange={x => change({ x, select: [] })} testid="measure-x" />
              <MeasureSelect label={t('up')} value={view.y} measures={measures} onChange={y => change({ y, select: [] })} testid="measure-y" />
            </>
          )
          : <MeasureSelect label={t('of')} value={view.measure} measures={measures} onChange={measure => change({ measure, select: [] })} testid="measure" />}
        <select className="select select-small" aria-label={t('Group the points')} value={view.by} onChange={event => change({ by: event.target.value, test: '' })} data-testid="grouping">
          {offered.map(([name, words]) => <option key={name} value={name}>{t(words)}</option>)}
        </select>
      </div>
    </div>
  );
}

function Chip({ words, remove }) {
  return (
    <li className="chip chip-accent ch-results-chip" data-testid="filter">
      {words}<button type="button" onClick={remove} aria-label={t('Remove the filter {words}', { words })}>×</button>
    </li>
  );
}

const number = text => (text.trim() === '' ? null : Number(text));

/** A range in figures: the way for keyboards, and for those who know what they want. */
export function RangeForm({ measures, name, range, onDone, label, children }) {
  const [chosen, setChosen] = useState(name ?? measures[0].name);
  const own = name ?? chosen;
  const [low, setLow] = useState(range?.low ?? '');
  const [high, setHigh] = useState(range?.high ?? '');
  const id = useId();
  const ends = [number(String(low)), number(String(high))];
  const wrong = ends.some(Number.isNaN) || (ends[0] !== null && ends[1] !== null && ends[0] > ends[1]);
  const send = event => {
    event.preventDefault();
    if (!wrong && ends.some(end => end !== null)) onDone({ name: own, low: ends[0], high: ends[1] });
  };
  return (
    <form className="ch-results-range" onSubmit={send} aria-label={label}>
      {!name && (
        <select className="select select-small" aria-label={t('Measure of the range')} value={chosen} onChange={event => setChosen(event.target.value)}>
          {measures.map(measure => <option key={measure.name} value={measure.name}>{titled(measure)}</option>)}
        </select>
      )}
      {name && <span className="ch-results-range-name">{titled(measures[0])}</span>}
      <label htmlFor={`${id}l`} className="small dim">{t('from')}</label>
      <input id={`${id}l`} className="input" inputMode="decimal" value={low} onChange={event => setLow(event.target.value)} data-testid="range-low" />
      <label htmlFor={`${id}h`} className="small dim">{t('to')}</label>
      <input id={`${id}h`} className="input" inputMode="decimal" value={high} onChange={event => setHigh(event.target.value)} data-testid="range-high" />
      <button type="submit" className="btn btn-small" disabled={wrong} data-testid="range-apply">{children}</button>
    </form>
  );
}

function Options({ label, shares, taken, add, name = words => words }) {
  const left = shares.filter(share => !taken.includes(share.name));
  if (left.length === 0) return null;
  return (
    <select className="select select-small select-plain" aria-label={label} value="" onChange={event => add(event.target.value === '\0' ? '' : event.target.value)}>
      <option value="" disabled>{label}</option>
      {left.map(share => <option key={share.name} value={share.name === '' ? '\0' : share.name}>{`${name(share.name)} (${share.count.toLocaleString('en')})`}</option>)}
    </select>
  );
}

/** What restricts the figure, as chips that go away with a click, and what can be added. */
export function Filters({ view, overview, whole, change }) {
  const [adding, setAdding] = useState(false);
  const titles = new Map([...overview.measures, ...overview.imageMeasures].map(measure => [measure.name, measure]));
  const drop = (name, index) => change({ [name]: view[name].filter((_, i) => i !== index) });
  const add = name => value => change({ [name]: [...view[name], value] });
  return (
    <div className="ch-results-filters">
      <span className="number" data-testid="result-count">
        <b>{overview.objects.toLocaleString('en')}</b> {isFiltered(view) ? t('of {objects} in {images}', { objects: counted(whole.objects, 'object'), images: counted(overview.images, 'image') }) : t('{objects} in {images}', { objects: t(overview.objects === 1 ? 'object' : 'objects'), images: counted(overview.images, 'image') })}
      </span>
      <ul className="ch-results-chips">
        {view.where.map((range, i) => <Chip key={`w${i}`} words={rangeWords(range, titles.get(range.name) ?? { title: range.name })} remove={() => drop('where', i)} />)}
        {view.condition.map((name, i) => <Chip key={`c${name}`} words={groupName(name, 'condition')} remove={() => drop('condition', i)} />)}
        {view.tag.map((name, i) => <Chip key={`t${name}`} words={t('tag {name}', { name })} remove={() => drop('tag', i)} />)}
        {view.classId.map((name, i) => <Chip key={`k${name}`} words={groupName(name, 'class')} remove={() => drop('classId', i)} />)}
        {view.imageId.length > 0 && <Chip words={counted(view.imageId.length, 'chosen image')} remove={() => change({ imageId: [] })} />}
        {view.border && <Chip words={view.border === 'inside' ? t('not on the border') : t('on the border')} remove={() => change({ border: '' })} />}
      </ul>
      <div className="ch-results-add">
        <Options label={t('Condition')} shares={whole.conditions} taken={view.condition} add={add('condition')} name={name => groupName(name, 'condition')} />
        <Options label={t('Tag')} shares={whole.tags} taken={view.tag} add={add('tag')} />
        {whole.classes.length > 1 && <Options label={t('Class')} shares={whole.classes} taken={view.classId} add={add('classId')} name={name => groupName(name, 'class')} />}
        {!view.border && whole.border > 0 && (
          <button type="button" className="btn btn-ghost btn-small" onClick={() => change({ border: 'inside' })} data-testid="leave-border">{t('Leave out {count} on the border', { count: figure(whole.border) })}</button>
        )}
        <button type="button" className="btn btn-ghost btn-small" aria-expanded={adding} onClick={() => setAdding(!adding)} data-testid="add-range">{t('Range…')}</button>
        {isFiltered(view) && <button type="button" className="btn btn-ghost btn-small" onClick={() => change({ where: [], tag: [], condition: [], classId: [], imageId: [], border: NOTHING.border })} data-testid="clear-filters">{t('Clear')}</button>}
      </div>
      {adding && <RangeForm label={t('Add a range')} measures={view.per === 'image' ? [...overview.imageMeasures, ...overview.measures] : overview.measures} onDone={range => { setAdding(false); change({ where: [...view.where, range] }); }}>{t('Add')}</RangeForm>}
    </div>
  );
}
