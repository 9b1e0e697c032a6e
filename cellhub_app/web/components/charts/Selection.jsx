import React, { useEffect, useRef, useState } from 'react';
import { imageHref, wordsOf } from './address.js';
import { ask, imagesUrl, sweepBody } from './asking.js';
import { RangeForm } from './Filters.jsx';
import { useAnswer } from './useanswer.js';
import { counted, rangeWords } from './words.js';

const PICTURES = 24;

/** The images that hold what is selected, those with most of it first; each opens with these objects marked. */
function Pictures({ api, projectId, view, answer }) {
  const [all, setAll] = useState(false);
  const { data, total } = answer;
  return (
    <>
      <ul className="ch-results-pictures" data-testid="result-images" data-count={total}>
        {(all ? data : data.slice(0, PICTURES)).map(image => (
          <li key={image.imageId}>
            <a href={imageHref(projectId, image.imageId, view)} title={`${image.name}: ${counted(image.objects, 'object')} of ${image.of.toLocaleString('en')}`}>
              <span className="ch-results-picture">
                <img src={`${api}/images/${image.imageId}/thumbnail`} alt="" loading="lazy" decoding="async" />
                {image.outlinesRevision > 0 && <img src={`${api}/images/${image.imageId}/overlay?revision=${image.outlinesRevision}`} alt="" loading="lazy" decoding="async" />}
              </span>
              <span className="ellipsis small">{image.name}</span>
              <span className="dim small number">{image.objects.toLocaleString('en')} of {image.of.toLocaleString('en')}</span>
            </a>
          </li>
        ))}
      </ul>
      {data.length > PICTURES && <button type="button" className="btn btn-ghost btn-small" onClick={() => setAll(!all)}>{all ? 'Fewer images' : `${data.length} of ${counted(total, 'image')}`}</button>}
    </>
  );
}

/** A question with the counts, before anything is changed. */
function Confirm({ what, count, images, busy, onYes, onNo }) {
  const dialog = useRef(null);
  const [classId, setClassId] = useState('1');
  useEffect(() => { dialog.current.showModal(); }, []);
  const classifies = what === 'classify';
  const isWrong = classifies && !/^\d{1,5}$/.test(classId);
  const send = event => { event.preventDefault(); onYes(classifies ? Number(classId) : null); };
  return (
    <dialog ref={dialog} className="ch-results-dialog" onCancel={onNo} aria-labelledby="sweep-title" data-testid="sweep-dialog">
      <form onSubmit={send}>
        <h2 id="sweep-title">{classifies ? `Give ${counted(count, 'object')} a class` : `Delete ${counted(count, 'object')}`}</h2>
        <p className="dim">{`This makes one new revision in ${images === 1 ? 'the image' : `each of ${counted(images, 'image')}`}. It can be undone, here and in the history.`}</p>
        {classifies && <label className="field"><span>Class number</span><input className="input" inputMode="numeric" value={classId} onChange={event => setClassId(event.target.value)} data-testid="sweep-class" /></label>}
        <div className="row">
          <button type="button" className="btn" onClick={onNo}>Cancel</button>
          <button type="submit" className={`btn ${classifies ? 'btn-primary' : 'btn-danger-solid'}`} disabled={busy || isWrong} data-testid="sweep-confirm">{classifies ? 'Set the class' : 'Delete'}</button>
        </div>
      </form>
    </dialog>
  );
}

/** What was done to the selection, with the way back. */
function useSweep(base, view, changed, change) {
  const [state, setState] = useState({ asked: '', busy: false, done: null, problem: '' });
  const run = async (url, body, said) => {
    setState(before => ({ ...before, busy: true, problem: '' }));
    try {
      const done = await ask(url, { method: 'POST', body });
      setState({ asked: '', busy: false, done: { ...done, said }, problem: '' });
      changed();
      return true;
    } catch (error) {
      setState({ asked: '', busy: false, done: null, problem: error.message });
      return false;
    }
  };
  const sweep = (what, expected) => async classId => {
    if (await run(`${base}/changes`, sweepBody(view, what, expected, classId), what === 'delete' ? 'Deleted' : `Gave class ${classId} to`)) change({ select: [] });
  };
  const undo = () => run(`${base}/changes/${state.done.changeId}/undo`, undefined, 'Took back the change of');
  return { ...state, sweep, undo, open: what => setState({ asked: what, busy: false, done: null, problem: '' }), close: () => setState({ asked: '', busy: false, done: null, problem: '' }) };
}

function Acts({ sweep, view, count, canAnnotate, change }) {
  const narrow = () => change({ where: [...view.where.filter(range => !view.select.some(({ name }) => name === range.name)), ...view.select], select: [] });
  return (
    <div className="ch-results-acts">
      <button type="button" className="btn btn-small btn-primary" onClick={narrow} data-testid="selection-filter">Filter to these</button>
      {canAnnotate && <button type="button" className="btn btn-small" onClick={() => sweep.open('classify')} disabled={!count} data-testid="selection-classify">Set class…</button>}
      {canAnnotate && <button type="button" className="btn btn-small btn-danger" onClick={() => sweep.open('delete')} disabled={!count} data-testid="selection-delete">Delete…</button>}
      <button type="button" className="btn btn-small btn-ghost" onClick={() => change({ select: [] })} data-testid="selection-clear">Clear</button>
    </div>
  );
}

/** What is selected by brushing, where it is, and what can be done with it. */
export function Selection({ base, projectId, api, view, overview, version, canAnnotate, change, changed }) {
  const { value, problem, retry, busy } = useAnswer(imagesUrl(base, view), version);
  const sweep = useSweep(base, view, changed, change);
  const titles = new Map(overview.measures.map(measure => [measure.name, measure]));
  const own = view.chart === 'scatter' ? [view.x, view.y] : [view.measure];
  const selects = view.select.length > 0;
  const setRange = range => change({ select: [...view.select.filter(({ name }) => name !== range.name), range] });
  return (
    <aside className="ch-results-side" aria-label="Selection">
      <h2>{selects ? 'Selection' : 'Select a range'}</h2>
      {!selects && <p className="dim small">{view.chart === 'course' ? 'Choose another figure to select by its values.' : 'Drag over the figure, or give the range in numbers.'}</p>}
      {selects && (
        <div data-testid="selection">
          <p className="number"><b data-testid="selection-count">{(value?.objects ?? 0).toLocaleString('en')}</b> {value?.objects === 1 ? 'object' : 'objects'} in {counted(value?.total ?? 0, 'image')}</p>
          <p className="small dim">{view.select.map(range => rangeWords(range, titles.get(range.name) ?? { title: range.name })).join(', ')}</p>
          <Acts sweep={sweep} view={view} count={value?.objects} canAnnotate={canAnnotate} change={change} />
        </div>
      )}
      {view.chart !== 'course' && own.map(name => {
        const range = view.select.find(one => one.name === name);
        const measure = titles.get(name);
        return measure && <RangeForm key={`${name}${wordsOf(range ?? { name })}`} label={`Select by ${measure.title}`} name={name} measures={[measure]} range={range} onDone={setRange}>Select</RangeForm>;
      })}
      {sweep.done && (
        <p role="status" className="ch-results-done small" data-testid="sweep-done">
          {`${sweep.done.said} ${counted(sweep.done.objects, 'object')} in ${counted(sweep.done.images, 'image')}.`}
          {!sweep.done.said.startsWith('Took') && <button type="button" className="btn btn-small" onClick={sweep.undo} disabled={sweep.busy} data-testid="sweep-undo">Undo</button>}
        </p>
      )}
      {sweep.problem && <p role="alert" className="error-text small">{sweep.problem}</p>}
      {sweep.asked && <Confirm what={sweep.asked} count={value?.objects ?? 0} images={value?.total ?? 0} busy={sweep.busy} onYes={sweep.sweep(sweep.asked, value?.objects)} onNo={sweep.close} />}
      <h3>{selects ? 'Images that hold them' : 'Images'}</h3>
      {problem && <p role="alert" className="ch-results-problem">{problem} <button type="button" className="btn btn-small" onClick={retry}>Try again</button></p>}
      {value && <div data-busy={busy || undefined}><Pictures api={api} projectId={projectId} view={view} answer={value} /></div>}
    </aside>
  );
}
