import React, { useCallback, useEffect, useMemo, useState } from 'react';
import { fitted, fromAddress, imageHref, isFiltered, NOTHING, toAddress } from './address.js';
import { figureUrl, overviewUrl, resultsUrl } from './asking.js';
import { Chart } from './Chart.jsx';
import { Filters, Tools } from './Filters.jsx';
import { ObjectTable } from './ObjectTable.jsx';
import { Selection } from './Selection.jsx';
import { Comparison } from './Comparison.jsx';
import { Experiment } from './experiment/Experiment.jsx';
import { speak, t } from './language.js';
import { Methods } from './Methods.jsx';
import { useAnswer } from './useanswer.js';
import { counted } from './words.js';
import './charts.css';

/** What is shown; it goes into the address whenever it changes, and comes from there when somebody goes back. */
function useView() {
  const [view, setView] = useState(() => fromAddress(window.location.search));
  useEffect(() => {
    const back = () => setView(fromAddress(window.location.search));
    window.addEventListener('popstate', back);
    return () => window.removeEventListener('popstate', back);
  }, []);
  useEffect(() => {
    const text = toAddress(view);
    if (text !== window.location.search.slice(1)) window.history.replaceState(window.history.state, '', `${window.location.pathname}${text ? `?${text}` : ''}`);
  }, [view]);
  const change = useCallback(changes => setView(before => ({ ...before, ...changes })), []);
  return [view, change];
}

function Nothing({ icon, title, children }) {
  return (
    <div className="empty" data-testid="results-empty">
      <svg viewBox="0 0 24 24" width="28" height="28" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" aria-hidden="true"><path d={icon} /></svg>
      <h2>{title}</h2>
      <p>{children}</p>
    </div>
  );
}
const AXES = 'M4 4v16h16M8 16v-4M12 16V8M16 16v-6';

function Problem({ problem, retry }) {
  return <p className="ch-results-problem" role="alert">{problem} <button type="button" className="btn btn-small" onClick={retry}>{t('Try again')}</button></p>;
}

/** The figure that the view asks for; the one before stays, dimmed, until it is there. */
function Figure({ base, view, version, overview, order, change, openObject, tell }) {
  const url = figureUrl(base, view);
  const { value, problem, busy, retry, url: answered } = useAnswer(url, version);
  const [shown, setShown] = useState(null);
  useEffect(() => { if (value && !busy && !problem) setShown({ value, chart: view.chart, by: view.by }); }, [value, busy, problem]);
  const onBrush = useCallback(select => change({ select }), []);
  const onOpen = useCallback(point => openObject(shown.value.imageIds[point.image], point.id), [shown, openObject]);
  const fits = shown && shown.chart === view.chart;
  if (problem && answered === url) return <Problem problem={problem} retry={retry} />;
  if (!fits) return <div className="ch-figure skeleton" role="status" aria-label={t('Computing the figure')} />;
  if (view.chart === 'course' && shown.value.groups.every(one => one.moments.length === 0)) return <Nothing icon={AXES} title={t('No times yet')}>{shown.value.note}</Nothing>;
  if (['box', 'superplot'].includes(view.chart) && shown.value.groups.length === 0) {
    return <Nothing icon={AXES} title={t('Nothing to group by')}>{view.by === 'tag' ? t('None of these images has a tag.') : t('No object matches the filters.')}</Nothing>;
  }
  const compared = ['box', 'superplot'].includes(view.chart) && overview.objects > 0;
  return (
    <>
      <Chart chart={shown.chart} data={shown.value} by={shown.by} order={order} select={view.select} busy={busy} onBrush={onBrush} onOpen={onOpen} />
      {compared && <Comparison base={base} view={view} version={version} change={change} tell={tell} />}
    </>
  );
}

/** Doors to what stands around the figures: which image shows what, and how it was all done. */
function Doors({ panel, whole, open }) {
  const said = whole && whole.conditions.length > 0 ? counted(whole.conditions.filter(({ name }) => name).length, 'condition') : t('No conditions yet');
  const isOpen = name => (name === 'methods' ? panel === 'methods' : Boolean(panel) && panel !== 'methods');
  const door = (name, words) => (
    <button type="button" className="btn btn-small" aria-expanded={isOpen(name)} onClick={() => open(isOpen(name) ? '' : name)} data-testid={`door-${name}`}>{words}</button>
  );
  return <div className="ch-results-doors"><span className="dim small number">{said}</span>{door('plate', t('Conditions'))}{door('methods', t('Methods'))}</div>;
}

/** What is asked of all and of what is filtered, and the view with names that there are. */
function useOverview(base, wanted, news) {
  const everything = useAnswer(overviewUrl(base, NOTHING), news);
  const filtered = useAnswer(isFiltered(wanted) ? overviewUrl(base, wanted) : '', news);
  const answer = isFiltered(wanted) ? filtered : everything;
  const overview = answer.value ?? everything.value;
  const whole = everything.value;
  const view = useMemo(() => overview && withGrouping(fitted(wanted, overview), whole ?? overview), [wanted, overview, whole]);
  return { answer, everything, overview, whole, view };
}

/** The figures with what restricts them, what is selected, and the objects below. */
function Shown({ api, base, projectId, found, news, canAnnotate, canEdit, change, changed, tell }) {
  const { answer, everything, overview, whole, view } = found;
  const openObject = useCallback((imageId, id) => {
    window.open(imageHref(projectId, imageId, view, view.per === 'image' ? '' : id), '_blank', 'noopener');
  }, [projectId, view]);
  const order = useMemo(() => (whole?.conditions ?? []).map(({ name }) => name).filter(Boolean), [whole]);
  const problem = everything.problem || answer.problem;
  if (problem) {
    return (
      <>
        <Problem problem={problem} retry={answer.problem ? answer.retry : everything.retry} />
        {answer.problem && <p className="ch-results-problem"><button type="button" className="btn btn-small" onClick={() => change({ ...NOTHING })}>{t('Show everything')}</button></p>}
      </>
    );
  }
  if (!overview || !whole) return <div className="ch-figure skeleton" role="status" aria-label={t('Reading the objects')} />;
  if (whole.objects === 0) {
    return <Nothing icon={AXES} title={t('No objects yet')}>{t('Segment the images, draw objects or import them: their measures appear here, with figures and statistics.')}</Nothing>;
  }
  return (
    <>
      <Tools view={view} overview={overview} whole={whole} change={change} />
      <Filters view={view} overview={overview} whole={whole} change={change} />
      {overview.unitNote && <p className="ch-results-note small" data-testid="unit-note">{overview.unitNote}</p>}
      {!overview.isComplete && <p className="ch-results-note small">{t('The intensities of some objects are still being read.')}</p>}
      {overview.objects === 0 && view.per === 'object'
        ? <Nothing icon={AXES} title={t('No object matches')}>{t('Widen a range or remove a filter.')}</Nothing>
        : (
          <div className="ch-results-top">
            <div className="ch-results-figure"><Figure base={base} view={view} version={news} overview={overview} order={order} change={change} openObject={openObject} tell={tell} /></div>
            <Selection base={base} projectId={projectId} api={api} view={view} overview={overview} version={news} canAnnotate={canAnnotate} canEdit={canEdit} change={change} changed={changed} />
          </div>
        )}
      {overview.objects > 0 && <ObjectTable base={base} projectId={projectId} view={view} overview={overview} version={news} change={change} />}
    </>
  );
}

/** The results of a project: conditions and methods, figure and selection, the objects below. */
export function Results({ api, projectId, version, canAnnotate, canEdit, words }) {
  speak(words);
  const [wanted, change] = useView();
  const [changes, setChanges] = useState(0);
  const [compared, tell] = useState(null);
  const changed = useCallback(() => setChanges(now => now + 1), []);
  const base = resultsUrl(api, projectId);
  const news = `${version}/${changes}`;
  const found = useOverview(base, wanted, news);
  const { panel } = wanted;
  const open = name => change({ panel: name === 'plate' && found.whole && found.whole.conditions.length === 0 && canEdit ? 'names' : name });
  const isReady = found.overview && found.whole && !found.answer.busy;
  return (
    <div className="ch-results" data-testid="results" data-state={isReady ? 'ready' : 'loading'} data-objects={found.overview?.objects}>
      <Doors panel={panel} whole={found.whole} open={open} />
      {panel === 'methods' && <Methods api={api} projectId={projectId} version={news} compared={compared} close={() => change({ panel: '' })} />}
      {panel && panel !== 'methods' && (
        <Experiment
          base={`${api}/projects/${encodeURIComponent(projectId)}/conditions`} version={version} way={panel} canEdit={canEdit}
          show={name => change({ panel: name })} close={() => change({ panel: '' })} changed={changed}
        />
      )}
      <Shown api={api} base={base} projectId={projectId} found={found} news={news} canAnnotate={canAnnotate} canEdit={canEdit} change={change} changed={changed} tell={tell} />
    </div>
  );
}

/** Grouped by condition where there are conditions, otherwise not at all: until somebody says what they want. */
function withGrouping(view, whole) {
  if (view.by) return view;
  const grouped = ['box', 'superplot', 'course'].includes(view.chart);
  const natural = whole.conditions.length > 0 ? 'condition' : whole.tags.length > 0 ? 'tag' : view.per === 'image' ? 'none' : 'image';
  return { ...view, by: grouped ? natural : 'none' };
}
