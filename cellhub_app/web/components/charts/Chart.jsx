import React, { useEffect, useMemo, useRef, useState } from 'react';
import { init } from './echarts.js';
import { t } from './language.js';
import { csv, pngOf, save, stemOf, tableOf } from './files.js';
import { brushOf, optionOf } from './options.js';
import { LIGHT, themeOf } from './palette.js';
import { summaryOf } from './words.js';

const FILE = { width: 960, height: 640 };

/** The colours of the page, also after somebody turns the light off. */
export function useTheme() {
  const [theme, setTheme] = useState(() => themeOf(document.documentElement));
  useEffect(() => {
    const observer = new MutationObserver(() => setTheme(themeOf(document.documentElement)));
    observer.observe(document.documentElement, { attributeFilter: ['class'] });
    return () => observer.disconnect();
  }, []);
  return theme;
}

/** The figure as an SVG for paper: always light, always of one size. */
function drawing(chart, data, context) {
  const paper = init(null, null, { renderer: 'svg', ssr: true, ...FILE });
  paper.setOption({ ...optionOf(chart, data, { ...context, theme: LIGHT }), backgroundColor: LIGHT.ground });
  const svg = paper.renderToSVGString();
  paper.dispose();
  return svg;
}

function rangesOf(area, { type, names }) {
  if (!area) return [];
  const pairs = type === 'rect' ? area.coordRange : [area.coordRange];
  return pairs.map(([low, high], i) => ({ name: names[i], low: Number(low.toPrecision(6)), high: Number(high.toPrecision(6)) }));
}

/** What is selected as an area of the brush; none where only part of it is of this chart's measures. */
function areaOf(select, brush) {
  const found = brush.names.map(name => select.find(range => range.name === name && range.low !== null && range.high !== null));
  if (!select.length || found.some(range => !range)) return [];
  const ranges = found.map(({ low, high }) => [low, high]);
  const axis = brush.type === 'lineX' ? { xAxisIndex: 0 } : brush.type === 'lineY' ? { yAxisIndex: 0 } : { xAxisIndex: 0, yAxisIndex: 0 };
  return [{ ...axis, brushType: brush.type, coordRange: brush.type === 'rect' ? ranges : ranges[0] }];
}

function useChart({ chart, data, context, select, onBrush, onOpen }) {
  const host = useRef(null);
  const drawn = useRef(null);
  const told = useRef({ onBrush, onOpen });
  told.current = { onBrush, onOpen };
  useEffect(() => {
    const instance = init(host.current, null, { renderer: 'svg' });
    drawn.current = instance;
    const observer = new ResizeObserver(() => instance.resize());
    observer.observe(host.current);
    instance.on('click', ({ data: point }) => point?.id && told.current.onOpen?.(point));
    return () => { observer.disconnect(); instance.dispose(); };
  }, []);
  const brush = brushOf(chart, data);
  useEffect(() => {
    const style = { color: context.theme.accent, opacity: 0.12, borderColor: context.theme.accent, borderWidth: 1.5 };
    const brushing = brush && {
      toolbox: [], brushMode: 'single', throttleType: 'debounce', brushStyle: style, outOfBrush: {}, transformable: true, removeOnClick: true,
      ...(brush.type === 'lineX' ? { xAxisIndex: 0 } : brush.type === 'lineY' ? { yAxisIndex: 0 } : { xAxisIndex: 0, yAxisIndex: 0 }),
    };
    drawn.current.setOption({ ...optionOf(chart, data, context), ...(brushing ? { brush: brushing } : {}) }, { notMerge: true });
    if (!brush) return undefined;
    drawn.current.dispatchAction({ type: 'takeGlobalCursor', key: 'brush', brushOption: { brushType: brush.type, brushMode: 'single' } });
    drawn.current.dispatchAction({ type: 'brush', areas: areaOf(select, brush) });
    const ended = ({ areas }) => told.current.onBrush(rangesOf(areas[0], brush));
    drawn.current.on('brushEnd', ended);
    return () => drawn.current.off('brushEnd', ended);
  }, [chart, data, context, select]);
  return host;
}

function Downloads({ chart, data, context }) {
  const [problem, setProblem] = useState('');
  const stem = stemOf(chart, data);
  const make = kind => async () => {
    setProblem('');
    try {
      if (kind === 'csv') return save(new Blob(['\ufeff', csv(tableOf(chart, data, context.by))], { type: 'text/csv' }), `${stem}.csv`);
      const svg = drawing(chart, data, context);
      const file = kind === 'svg' ? new Blob([svg], { type: 'image/svg+xml' }) : await pngOf(svg, FILE.width, FILE.height);
      return save(file, `${stem}.${kind}`);
    } catch (error) {
      return setProblem(error.message);
    }
  };
  return (
    <div className="ch-figure-files" role="group" aria-label={t('Download the figure')}>
      {['svg', 'png', 'csv'].map(kind => (
        <button key={kind} type="button" className="btn btn-ghost btn-small" onClick={make(kind)} data-testid={`figure-${kind}`}>{kind.toUpperCase()}</button>
      ))}
      {problem && <span role="alert" className="error-text small">{problem}</span>}
    </div>
  );
}

/** One figure with its words and its files. */
export function Chart({ chart, data, by, order, select, busy, onBrush, onOpen }) {
  const theme = useTheme();
  const context = useMemo(() => ({ theme, by, order, marked: select }), [theme, by, order, select]);
  const host = useChart({ chart, data, context, select, onBrush, onOpen });
  const summary = summaryOf(chart, data, by);
  return (
    <figure className="ch-figure" data-testid="figure" data-chart={chart} data-busy={busy || undefined}>
      <div className="ch-figure-plot" ref={host} role="img" aria-label={summary} data-testid="figure-plot" />
      <figcaption className="ch-figure-caption">
        <p className="small" data-testid="figure-summary">{summary}</p>
        <Downloads chart={chart} data={data} context={context} />
      </figcaption>
    </figure>
  );
}
