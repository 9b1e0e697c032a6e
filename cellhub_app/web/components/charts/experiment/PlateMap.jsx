import React, { useEffect, useMemo, useState } from 'react';
import { useTheme } from '../Chart.jsx';
import { t } from '../language.js';
import { colourOf } from '../palette.js';
import { counted } from '../words.js';
import { Brushes } from './Brushes.jsx';
import { LAYOUTS, SIZES, smallestFor } from './plate.js';
import { Wells } from './Wells.jsx';

const sizeKey = plate => `cellhub-plate-${plate}`;

/** The size that somebody chose for a plate of this name, if its wells fit. */
function useSize(plate) {
  const least = useMemo(() => smallestFor((plate?.wells ?? []).map(({ well }) => well)), [plate]);
  const [chosen, setChosen] = useState({});
  const name = plate?.plate ?? '';
  const stored = chosen[name] ?? Number(window.localStorage.getItem(sizeKey(name)));
  const size = SIZES.includes(stored) && stored >= least ? stored : least;
  const choose = next => {
    window.localStorage.setItem(sizeKey(name), String(next));
    setChosen(before => ({ ...before, [name]: next }));
  };
  return [size, choose, least];
}

function Nowhere({ canEdit, show }) {
  return (
    <div className="empty" data-testid="plate-empty">
      <h3>{t('No image stands in a well yet')}</h3>
      <p>{canEdit ? t('Read the wells from the names of the files, or bring a table; then paint conditions here. Conditions without wells come from a table, too.') : t('Nobody has placed these images on a plate.')}</p>
      {canEdit && (
        <div className="row">
          <button type="button" className="btn btn-primary" onClick={() => show('names')}>{t('From file names')}</button>
          <button type="button" className="btn" onClick={() => show('table')}>{t('From a table')}</button>
        </div>
      )}
    </div>
  );
}

/** Conditions without a plate, in words. */
function Listed({ conditions, theme }) {
  if (conditions.length === 0) return null;
  return (
    <ul className="ch-exp-listed">
      {conditions.map(({ condition, images, replicates }, i) => (
        <li key={condition} className="small">
          <i className="ch-exp-swatch" style={{ background: colourOf(theme, i) }} aria-hidden="true" /> {condition} <span className="dim number">{counted(images, 'image')}, {counted(replicates, 'replicate')}</span>
        </li>
      ))}
    </ul>
  );
}

/** Plates as one sees them on the bench: each well shows its condition, and is painted with another. */
export function PlateMap({ overview, experiment, canEdit, show }) {
  const theme = useTheme();
  const [index, setIndex] = useState(0);
  const [own, setOwn] = useState([]);
  const [brush, setBrush] = useState(null);
  const [painted, setPainted] = useState({ of: overview, wells: new Map() });
  const plate = overview.plates[Math.min(index, overview.plates.length - 1)];
  const [size, setSize, least] = useSize(plate);
  const known = overview.conditions.map(({ condition }) => condition);
  const names = [...known, ...own.filter(name => !known.includes(name))];
  const chosen = brush ?? names[0] ?? null;
  useEffect(() => { if (experiment.pending === 0) setPainted({ of: overview, wells: new Map() }); }, [overview]);
  if (!plate) return <><Nowhere canEdit={canEdit} show={show} /><Listed conditions={overview.conditions} theme={theme} /></>;
  const paint = (wells, condition) => {
    const there = new Set(plate.wells.map(({ well }) => well));
    const some = wells.filter(well => there.has(well));
    if (some.length === 0 || condition === null) return;
    setPainted(before => ({ ...before, wells: new Map([...before.wells, ...some.map(well => [well, condition])]) }));
    const words = condition
      ? count => t('{wells} painted with {condition} ({images}).', { wells: counted(some.length, 'well'), condition, images: counted(count, 'image') })
      : count => t('{wells} without a condition ({images}).', { wells: counted(some.length, 'well'), images: counted(count, 'image') });
    experiment.change({ wells: some.map(well => ({ plate: plate.plate, well, condition })) }, words);
  };
  const add = name => { setOwn(before => [...before.filter(one => one !== name), name]); setBrush(name); };
  return (
    <div className="ch-exp-map">
      <div className="ch-exp-plate">
        <div className="ch-exp-line">
          {overview.plates.length > 1
            ? (
              <label className="ch-results-pick"><span className="dim small">{t('plate')}</span>
                <select className="select select-small" value={index} onChange={event => { setIndex(Number(event.target.value)); setPainted({ of: overview, wells: new Map() }); }} data-testid="plate-select">
                  {overview.plates.map((one, i) => <option key={one.plate} value={i}>{one.plate || t('without a name')}</option>)}
                </select>
              </label>
            )
            : <b className="small">{plate.plate ? t('Plate {name}', { name: plate.plate }) : t('Plate')}</b>}
          <label className="ch-results-pick"><span className="dim small">{t('wells')}</span>
            <select className="select select-small" value={size} onChange={event => setSize(Number(event.target.value))} data-testid="plate-size">
              {SIZES.filter(one => one >= least).map(one => <option key={one} value={one}>{t('{count} ({rows} × {columns})', { count: one, rows: LAYOUTS[one][0], columns: LAYOUTS[one][1] })}</option>)}
            </select>
          </label>
          <span className="dim small number">{t('{wells} with images', { wells: counted(plate.wells.length, 'well') })}</span>
        </div>
        <Wells plate={plate} size={size} names={names} painted={painted.wells} theme={theme} canEdit={canEdit} brush={chosen} pick={setBrush} paint={paint} />
        {canEdit && <p className="dim small">{t('Drag over wells to paint them. Keys: arrows move, Shift extends, Space paints, Delete takes the condition away, 1 to 9 choose, Ctrl+Z undoes.')}</p>}
      </div>
      <Brushes names={names} conditions={overview.conditions} theme={theme} canEdit={canEdit} chosen={chosen} choose={setBrush} add={add} />
    </div>
  );
}
