/** What ECharts draws, from the answers of the API. Pure: (data, {theme, by}) -> option. */
import { bodyOf } from './bodies.js';
import { colourOf } from './palette.js';
import { t } from './language.js';
import { counted, figure, groupName, lowered, nounOf, titled } from './words.js';

const FONT = "'Inter Variable', system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
const escaped = text => String(text).replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);

/** {low, high} of an axis: a little room beside what is shown. */
export function ends(values, room = 0.04) {
  const known = values.filter(value => value !== null && Number.isFinite(value));
  if (known.length === 0) return { min: 0, max: 1 };
  const [low, high] = known.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
  const margin = (high - low || Math.abs(high) || 1) * room;
  return { min: low >= 0 ? Math.max(0, low - margin) : low - margin, max: high + margin };
}

function base(theme, { x, y, legend = [] }) {
  const axis = {
    nameLocation: 'middle', nameTextStyle: { color: theme.text, fontSize: 13, fontWeight: 500 }, axisLine: { show: true, onZero: false, lineStyle: { color: theme.axis } },
    axisTick: { show: true, lineStyle: { color: theme.axis } }, axisLabel: { color: theme.dim, fontSize: 12, hideOverlap: true },
    splitLine: { show: false },
  };
  return {
    animation: false,
    textStyle: { fontFamily: FONT, color: theme.text },
    grid: { left: 72, right: 20, top: legend.length > 1 ? 44 : 16, bottom: 56 },
    legend: legend.length > 1 ? { top: 6, data: legend, textStyle: { color: theme.text, fontSize: 12 }, icon: 'circle', itemHeight: 9, type: 'plain' } : undefined,
    tooltip: {
      confine: true, backgroundColor: theme.ground, borderColor: theme.line, textStyle: { color: theme.text, fontSize: 12.5, fontFamily: FONT },
    },
    xAxis: { type: 'value', ...axis, nameGap: 32, ...x, axisLabel: { ...axis.axisLabel, ...x.axisLabel } },
    yAxis: { type: 'value', ...axis, nameGap: 52, splitLine: { show: true, lineStyle: { color: theme.line } }, ...y, axisLabel: { ...axis.axisLabel, ...y.axisLabel } },
  };
}

const bounds = edges => ({ min: edges[0], max: edges.at(-1) });

/** A value axis labels its own round steps; the odd ends that the data give it stay without words. */
const labels = { showMinLabel: false, showMaxLabel: false, formatter: figure };

export function histogram({ measure, edges, series, selected, per }, { theme, by }) {
  const names = series.map(({ name }) => groupName(name, by));
  const option = base(theme, {
    x: { name: titled(measure), ...bounds(edges), axisLabel: labels }, y: { name: per === 'image' ? t('Images') : t('Objects'), minInterval: 1, axisLabel: { formatter: figure } }, legend: names,
  });
  const tooltip = ({ dataIndex, seriesName, value }) => (
    `${t('{low} to {high}', { low: figure(edges[dataIndex]), high: figure(edges[dataIndex + 1]) })}: <b>${counted(value[2] ?? value[1], nounOf(per))}</b>${series.length > 1 ? `<br>${escaped(seriesName)}` : ''}`
  );
  const bars = (counts, colour, name, z) => ({
    type: 'custom', name, z, silent: z > 2, encode: { x: [0, 1], y: 2 }, itemStyle: { color: colour }, tooltip: { formatter: tooltip },
    data: counts.map((count, i) => [edges[i], edges[i + 1], count]), renderItem: bodyOf.bar,
  });
  if (series.length === 1) {
    option.series = [bars(series[0].counts, selected ? theme.muted : theme.accent, names[0], 2)];
    if (selected) option.series.push(bars(selected, theme.accent, t('selected'), 3));
    return option;
  }
  option.series = series.map(({ counts }, i) => ({
    type: 'line', name: names[i], step: 'end', showSymbol: false, lineStyle: { width: 2, color: colourOf(theme, i) }, areaStyle: { opacity: 0.12 },
    color: colourOf(theme, i), data: [...counts.map((count, bin) => [edges[bin], count]), [edges.at(-1), counts.at(-1)], [edges.at(-1), 0]],
  }));
  option.tooltip.show = false;
  return option;
}

export function scatter({ x, y, points, density, groups }, { theme, by, marked = [] }) {
  const names = groups.map(name => groupName(name, by));
  const across = density ? bounds(density.xEdges) : ends(points.x);
  const up = density ? bounds(density.yEdges) : ends(points.y);
  const option = base(theme, {
    x: { name: titled(x), ...across, axisLabel: labels }, y: { name: titled(y), ...up, axisLabel: labels }, legend: names,
  });
  const isMarked = i => marked.length === 0 || marked.every(range => within(range, range.name === x.name ? points.x[i] : range.name === y.name ? points.y[i] : null));
  option.series = names.map((name, group) => ({
    type: 'scatter', name, symbolSize: points.x.length > 800 ? 4 : 6, color: colourOf(theme, group),
    tooltip: { formatter: ({ value }) => `${escaped(x.title)} <b>${figure(value[0])}</b> ${x.unit}<br>${escaped(y.title)} <b>${figure(value[1])}</b> ${y.unit}` },
    data: points.x.flatMap((_, i) => (points.group[i] === group
      ? [{ value: [points.x[i], points.y[i]], id: points.id[i], image: points.image[i], itemStyle: { opacity: isMarked(i) ? 0.65 : 0.08 } }] : [])),
  }));
  if (density) option.series.unshift(shading(density, theme));
  return option;
}

const within = ({ low, high }, value) => value === null || ((low === null || value >= low) && (high === null || value <= high));

function shading({ xEdges, yEdges, counts }, theme) {
  const columns = xEdges.length - 1;
  const most = Math.log1p(Math.max(1, ...counts));
  const data = counts.flatMap((count, i) => {
    if (!count) return [];
    const [column, line] = [i % columns, Math.floor(i / columns)];
    return [[xEdges[column], yEdges[line], xEdges[column + 1], yEdges[line + 1], Math.log1p(count) / most]];
  });
  return {
    type: 'custom', name: 'density', silent: true, z: 1, encode: { x: [0, 2], y: [1, 3] }, itemStyle: { color: theme.accent }, tooltip: { show: false },
    data, renderItem: bodyOf.cell,
  };
}

const categories = (groups, by) => groups.map(({ name }) => groupName(name, by));
const shorten = text => (text.length > 18 ? `${text.slice(0, 17)}…` : text);

function grouped({ measure, groups }, { theme, by }) {
  const values = groups.flatMap(({ spread: { low, high } }) => [low, high]);
  return base(theme, {
    x: { type: 'category', data: categories(groups, by), axisLabel: { formatter: shorten, rotate: groups.length > 6 ? 35 : 0 }, axisTick: { show: false } },
    y: { name: titled(measure), ...ends(values), axisLabel: labels },
  });
}

/** Boxes (median, quartiles, whiskers of 1.5 times their distance) in violins. */
export function box(data, { theme, by }) {
  const option = grouped(data, { theme, by });
  const unit = data.measure.unit;
  const tooltip = ({ dataIndex }) => {
    const { name, spread, replicates } = data.groups[dataIndex];
    return `<b>${escaped(groupName(name, by))}</b><br>${t('median')} ${figure(spread.median)} ${unit}<br>${t('quartiles {low} to {high}', { low: figure(spread.q1), high: figure(spread.q3) })}<br>`
      + `${counted(spread.n, nounOf(data.per))}, ${counted(replicates.length, data.unitOfReplicate)}`;
  };
  const rows = data.groups.map(({ spread, whiskers }, i) => [i, whiskers?.[0], spread.q1, spread.median, spread.q3, whiskers?.[1]]);
  option.series = [
    { type: 'custom', name: 'density', silent: true, z: 2, data: data.groups.map((_, i) => [i]), renderItem: bodyOf.violin(data.groups, theme) },
    {
      type: 'custom', name: 'box', z: 3, data: rows.filter(row => row[3] !== null), encode: { x: 0, y: [1, 2, 3, 4, 5] },
      tooltip: { formatter: tooltip }, renderItem: bodyOf.box(theme),
    },
  ];
  return option;
}

/** A place beside the middle of a group, the same for the same cell: the golden ratio spreads neighbours. */
export const beside = (place, width = 0.56) => (((place * 0.618033988749895) % 1) - 0.5) * width;

/** Cells small, replicates large and in the same colour, a line at the mean of the replicates' means (Lord et al. 2020). */
export function superplot(data, { theme, by }) {
  const { groups, measure, unitOfReplicate } = data;
  const option = grouped(data, { theme, by });
  // Category axes take no places between categories: an axis of numbers lies under the words.
  const hidden = { type: 'value', min: -0.5, max: groups.length - 0.5, show: false };
  option.xAxis = [option.xAxis, hidden];
  const cells = groups.flatMap(({ cells: some }, i) => some.map(({ value, replicate }, place) => ({
    value: [i + beside(place), value], itemStyle: { color: colourOf(theme, replicate), opacity: 0.35 },
  })));
  const replicates = groups.flatMap(({ replicates: all }, i) => all.map((one, place) => ({
    value: [i + beside(place + 1, 0.4), one.mean], name: one.name, n: one.n, itemStyle: { color: colourOf(theme, place), borderColor: theme.ground, borderWidth: 1.5 },
  })));
  const means = groups.map(({ replicates: all }, i) => [i, ...meanAndDeviation(all.map(({ mean }) => mean))]).filter(([, mean]) => mean !== null);
  option.series = [
    { type: 'scatter', name: 'objects', xAxisIndex: 1, symbolSize: 4, z: 2, silent: true, data: cells },
    { type: 'custom', name: 'mean', xAxisIndex: 1, z: 3, silent: true, data: means, encode: { x: 0, y: 1 }, renderItem: bodyOf.mean(theme) },
    {
      type: 'scatter', name: unitOfReplicate, xAxisIndex: 1, symbolSize: 15, z: 4, data: replicates,
      tooltip: { formatter: ({ data: { name, n, value } }) => `<b>${escaped(name)}</b><br>${t('mean')} ${figure(value[1])} ${measure.unit}<br>${counted(n, nounOf(data.per))}` },
    },
  ];
  return option;
}

/** [mean, standard deviation]; null where there are too few. */
export function meanAndDeviation(values) {
  if (values.length === 0) return [null, null];
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return [mean, values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : null];
}

export function course({ measure, groups, time, per }, { theme, by }) {
  const names = categories(groups, by);
  const moments = groups.flatMap(one => one.moments);
  const values = moments.flatMap(({ mean, sd }) => [mean - (sd ?? 0), mean + (sd ?? 0)]);
  const option = base(theme, {
    x: { name: time === 'plane' ? t('Plane') : t("Time in the images' names"), ...ends(moments.map(one => one.time)), axisLabel: labels },
    y: { name: t('Mean {measure}', { measure: lowered(titled(measure)) }), ...ends(values), axisLabel: labels }, legend: names,
  });
  option.series = groups.flatMap(({ moments: all }, i) => [
    {
      type: 'line', name: names[i], color: colourOf(theme, i), symbol: ['circle', 'rect', 'triangle', 'diamond'][i % 4], symbolSize: 8, lineStyle: { width: 2 },
      data: all.map(one => [one.time, one.mean, one]),
      tooltip: { formatter: ({ data: [at, mean, one] }) => `${escaped(names[i])}, ${figure(at)}<br>${t('mean')} <b>${figure(mean)}</b> ${measure.unit}<br>${counted(one.n, nounOf(per))}` },
    },
    {
      type: 'custom', name: names[i], silent: true, color: colourOf(theme, i), data: all.filter(({ sd }) => sd !== null).map(one => [one.time, one.mean - one.sd, one.mean + one.sd]),
      encode: { x: 0, y: [1, 2] }, renderItem: bodyOf.whisker(colourOf(theme, i)),
    },
  ]);
  return option;
}

const OPTIONS = { histogram, scatter, box, superplot, course };

/** Conditions keep their colour whatever is filtered, the one that they have on the plate map; `order` are all of the project. */
function themeOf(chart, data, { theme, by, order = [] }) {
  if (by !== 'condition' || chart === 'superplot' || order.length === 0) return theme;
  const names = (data.series ?? data.groups).map(one => one.name ?? one);
  return { ...theme, groups: names.map(name => (order.includes(name) ? colourOf(theme, order.indexOf(name)) : theme.axis)) };
}

/** A custom series has no layer of its own unless it is told one, and the drawing library warns of shapes without. */
export function optionOf(chart, data, context) {
  const option = OPTIONS[chart](data, { ...context, theme: themeOf(chart, data, context) });
  return { ...option, series: option.series.map(one => (one.type === 'custom' ? { z: 2, zlevel: 0, ...one } : one)) };
}

/** How a chart is brushed: the kind of area, and which measures its range is of. */
export function brushOf(chart, data) {
  if (chart === 'histogram') return { type: 'lineX', names: [data.measure.name] };
  if (chart === 'scatter') return { type: 'rect', names: [data.x.name, data.y.name] };
  return chart === 'course' ? null : { type: 'lineY', names: [data.measure.name] };
}
