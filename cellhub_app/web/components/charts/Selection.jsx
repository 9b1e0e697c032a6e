import React, { useEffect, useRef, useState } from 'react';
import { holdingHref, imageHref, measuresOf, wordsOf } from './address.js';
import { ask, imagesUrl, sweepBody, tagBody } from './asking.js';
import { RangeForm } from './Filters.jsx';
import { t } from './language.js';
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
            <a href={imageHref(projectId, image.imageId, view)} title={t('{name}: {objects} of {all}', { name: image.name, objects: counted(image.objects, 'object'), all: image.of.toLocaleString('en') })}>
              <span className="ch-results-picture">
                <img src={`${api}/images/${image.imageId}/thumbnail`} alt="" loading="lazy" decoding="async" />
                {image.outlinesRevision > 0 && <img src={`${api}/images/${image.imageId}/overlay?revision=${image.outlinesRevision}`} alt="" loading="lazy" decoding="async" />}
              </span>
              <span className="ellipsis small">{image.name}</span>
              <span className="dim small number">{t('{count} of {all}', { count: image.objects.toLocaleString('en'), all: image.of.toLocaleString('en') })}</span>
            </a>
          </li>
        ))}
      </ul>
      {data.length > PICTURES && <button type="button" className="btn btn-ghost btn-small" onClick={() => setAll(!all)}>{all ? t('Fewer images') : t('{count} of {all}', { count: data.length, all: counted(total, 'image') })}</button>}
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
        <h2 id="sweep-title">{t(classifies ? 'Give {objects} a class' : 'Delete {objects}', { objects: counted(count, 'object') })}</h2>
        <p className="dim">{images === 1 ? t('This makes one new revision in the image. It can be undone, here and in the history.') : t('This makes one new revision in each of {images}. It can be undone, here and in the history.', { images: counted(images, 'image') })}</p>
        {classifies && <label className="field"><span>{t('Class number')}</span><input className="input" inputMode="numeric" value={classId} onChange={event => setClassId(event.target.value)} data-testid="sweep-class" /></label>}
        <div className="row">
          <button type="button" className="btn" onClick={onNo}>{t('Cancel')}</button>
          <button type="submit" className={`btn ${classifies ? 'btn-primary' : 'btn-danger-solid'}`} disabled={busy || isWrong} data-testid="sweep-confirm">{t(classifies ? 'Set the class' : 'Delete')}</button>
        </div>
      </form>
    </dialog>
  );
}

const NOTHING_DONE = Object.freeze({ asked: '', busy: false, done: null, problem: '' });

/** What is done to the selection, with the way back: `done.undo` is the address and the body that take it back. */
function useSweep(base, view, changed, change) {
  const [state, setState] = useState(NOTHING_DONE);
  const run = async (url, body, told) => {
    setState(before => ({ ...before, busy: true, problem: '' }));
    try {
      setState({ ...NOTHING_DONE, done: told(await ask(url, { method: 'POST', body })) });
      changed();
      return true;
    } catch (error) {
      setState({ ...NOTHING_DONE, problem: error.message });
      return false;
    }
  };
  const said = (words, done, what = {}) => t(words, { objects: counted(done.objects ?? 0, 'object'), images: counted(done.images ?? done.changed ?? 0, 'image'), ...what });
  const sweep = (what, expected) => async classId => {
    const words = what === 'delete' ? 'Deleted {objects} in {images}.' : 'Gave class {classId} to {objects} in {images}.';
    const told = done => ({ words: said(words, done, { classId }), undo: { url: `${base}/changes/${done.changeId}/undo`, words: 'Took back the change of {objects} in {images}.' } });
    if (await run(`${base}/changes`, sweepBody(view, what, expected, classId), told)) change({ select: [] });
  };
  const tag = name => run(`${base}/tags`, tagBody(view, name), done => ({
    words: done.changed ? said('Tagged {images} “{tag}”.', done, { tag: done.tag }) : t('All of them have the tag “{tag}” already.', { tag: done.tag }),
    undo: done.changed ? { url: `${base}/tags`, body: { tag: done.tag, imageIds: done.imageIds, remove: true }, words: 'Took the tag off {images}.' } : null,
  }));
  const undo = () => run(state.done.undo.url, state.done.undo.body, done => ({ words: said(state.done.undo.words, done), undo: null }));
  return { ...state, sweep, tag, undo, open: asked => setState({ ...NOTHING_DONE, asked }), close: () => setState(NOTHING_DONE) };
}

/** A question for the tag that the images get. */
function AskTag({ images, tags, busy, onYes, onNo }) {
  const dialog = useRef(null);
  const [tag, setTag] = useState('');
  useEffect(() => { dialog.current.showModal(); }, []);
  const send = event => { event.preventDefault(); if (tag.trim()) onYes(tag.trim()); };
  return (
    <dialog ref={dialog} className="ch-results-dialog" onCancel={onNo} aria-labelledby="tag-title" data-testid="tag-dialog">
      <form onSubmit={send}>
        <h2 id="tag-title">{t('Tag {images}', { images: counted(images, 'image') })}</h2>
        <label className="field">
          <span>{t('Tag')}</span>
          <input className="input" value={tag} onChange={event => setTag(event.target.value)} maxLength={60} list="known-tags" autoComplete="off" placeholder={t('look again, outlier, good …')} data-testid="tag-name" />
          <datalist id="known-tags">{tags.map(({ name }) => <option key={name} value={name} />)}</datalist>
        </label>
        <div className="row">
          <button type="button" className="btn" onClick={onNo}>{t('Cancel')}</button>
          <button type="submit" className="btn btn-primary" disabled={busy || !tag.trim()} data-testid="tag-confirm">{t('Add the tag')}</button>
        </div>
      </form>
    </dialog>
  );
}

function Acts({ sweep, view, projectId, count, images, canAnnotate, canEdit, change }) {
  const narrow = () => change({ where: [...view.where.filter(range => !view.select.some(({ name }) => name === range.name)), ...view.select], select: [] });
  return (
    <div className="ch-results-acts">
      <button type="button" className="btn btn-small btn-primary" onClick={narrow} data-testid="selection-filter">{t('Filter to these')}</button>
      {images > 0 && <a className="btn btn-small" href={holdingHref(projectId, view)} data-testid="selection-gallery">{t('Show in Images')}</a>}
      {images > 0 && <a className="btn btn-small" href={holdingHref(projectId, view, 'exports')} data-testid="selection-export">{t('Export images…')}</a>}
      {canEdit && <button type="button" className="btn btn-small" onClick={() => sweep.open('tag')} disabled={!images} data-testid="selection-tag">{t('Tag images…')}</button>}
      {canAnnotate && <button type="button" className="btn btn-small" onClick={() => sweep.open('classify')} disabled={!count} data-testid="selection-classify">{t('Set class…')}</button>}
      {canAnnotate && <button type="button" className="btn btn-small btn-danger" onClick={() => sweep.open('delete')} disabled={!count} data-testid="selection-delete">{t('Delete…')}</button>}
      <button type="button" className="btn btn-small btn-ghost" onClick={() => change({ select: [] })} data-testid="selection-clear">{t('Clear')}</button>
    </div>
  );
}

/** What was done, with the way back as long as it is the last that was done. */
function Done({ sweep }) {
  if (!sweep.done) return null;
  return (
    <p role="status" className="ch-results-done small" data-testid="sweep-done">
      {sweep.done.words}
      {sweep.done.undo && <button type="button" className="btn btn-small" onClick={sweep.undo} disabled={sweep.busy} data-testid="sweep-undo">{t('Undo')}</button>}
    </p>
  );
}

/** How many are selected, by what, and what can be done with them. */
function Chosen({ view, value, titles, children }) {
  const [objects, images] = [value?.objects ?? 0, value?.total ?? 0];
  const count = view.per === 'image' ? images : objects;
  const where = view.per === 'image' ? counted(objects, 'object') : counted(images, 'image');
  const noun = view.per === 'image' ? t(count === 1 ? 'image with' : 'images with') : t(count === 1 ? 'object in' : 'objects in');
  return (
    <div data-testid="selection">
      <p className="number"><b data-testid="selection-count">{count.toLocaleString('en')}</b> {noun} {where}</p>
      <p className="small dim">{view.select.map(range => rangeWords(range, titles.get(range.name) ?? { title: range.name })).join(', ')}</p>
      {children}
    </div>
  );
}

function Questions({ sweep, view, value, overview }) {
  const [count, images] = [value?.objects ?? 0, value?.total ?? 0];
  if (sweep.asked === 'tag') return <AskTag images={images} tags={overview.tags} busy={sweep.busy} onYes={sweep.tag} onNo={sweep.close} />;
  return sweep.asked ? <Confirm what={sweep.asked} count={count} images={images} busy={sweep.busy} onYes={sweep.sweep(sweep.asked, value?.objects)} onNo={sweep.close} /> : null;
}

/** What is selected by brushing, where it is, and what can be done with it. */
export function Selection({ base, projectId, api, view, overview, version, canAnnotate, canEdit, change, changed }) {
  const { value, problem, retry, busy } = useAnswer(imagesUrl(base, view), version);
  const sweep = useSweep(base, view, changed, change);
  const titles = new Map([...overview.measures, ...overview.imageMeasures].map(measure => [measure.name, measure]));
  const own = view.chart === 'scatter' ? [view.x, view.y] : [view.measure];
  const selects = view.select.length > 0;
  const setRange = range => change({ select: [...view.select.filter(({ name }) => name !== range.name), range] });
  return (
    <aside className="ch-results-side" aria-label={t('Selection')}>
      <h2>{selects ? t('Selection') : t('Select a range')}</h2>
      {!selects && <p className="dim small">{view.chart === 'course' ? t('Choose another figure to select by its values.') : t('Drag over the figure, or give the range in numbers.')}</p>}
      {selects && (
        <Chosen view={view} value={value} titles={titles}>
          <Acts sweep={sweep} view={view} projectId={projectId} count={value?.objects} images={value?.total} canAnnotate={canAnnotate} canEdit={canEdit} change={change} />
        </Chosen>
      )}
      {view.chart !== 'course' && own.map(name => {
        const range = view.select.find(one => one.name === name);
        const measure = measuresOf(view, overview).find(one => one.name === name);
        return measure && <RangeForm key={`${name}${wordsOf(range ?? { name })}`} label={t('Select by {measure}', { measure: measure.title })} name={name} measures={[measure]} range={range} onDone={setRange}>{t('Select')}</RangeForm>;
      })}
      <Done sweep={sweep} />
      {sweep.problem && <p role="alert" className="error-text small">{sweep.problem}</p>}
      <Questions sweep={sweep} view={view} value={value} overview={overview} />
      <h3>{selects ? t('Images that hold them') : t('Images')}</h3>
      {problem && <p role="alert" className="ch-results-problem">{problem} <button type="button" className="btn btn-small" onClick={retry}>{t('Try again')}</button></p>}
      {value && <div data-busy={busy || undefined}><Pictures api={api} projectId={projectId} view={view} answer={value} /></div>}
    </aside>
  );
}
