import { expect, test } from 'bun:test';
import { bodyOf, violinPoints } from './bodies.js';
import { beside, brushOf, ends, meanAndDeviation, optionOf } from './options.js';
import { contrast, DARK, inkOn, LIGHT } from './palette.js';
import { csv, stemOf, tableOf } from './files.js';
import { effectWords, figure, groupName, probability, rangeWords, summaryOf } from './words.js';

const AREA = { key: 'area', name: 'area_um2', title: 'Area', unit: 'µm²' };
const CIRC = { key: 'circularity', name: 'circularity', title: 'Circularity', unit: '' };
const SPREAD = { n: 4, missing: 1, mean: 2.5, sd: 1.29, median: 2.5, q1: 1.75, q3: 3.25, low: 1, high: 4 };
const HISTOGRAM = { measure: AREA, edges: [0, 1, 2], series: [{ name: '', counts: [3, 1] }], selected: null, selectedCount: 0, spread: SPREAD, note: '' };
const group = (name, ...means) => ({
  name, spread: SPREAD, whiskers: [1, 4], violin: { low: 1, high: 4, density: [0.5, 1] }, cells: [{ value: 2, replicate: 0 }],
  replicates: means.map((mean, i) => ({ name: `well ${i + 1}`, n: 2, mean, median: mean })),
});
const GROUPS = { measure: AREA, by: 'condition', groups: [group('control', 2, 4), group('', 9)], unitOfReplicate: 'replicate', note: '' };
const SCATTER = {
  x: AREA, y: CIRC, n: 2, points: { x: [1, 2], y: [0.5, 0.9], id: ['a', 'b'], image: [0, 0], group: [0, 1] }, density: null,
  groups: ['control', '10 nM'], imageIds: ['i'], pearson: 0.5, note: '',
};
const COURSE = { measure: AREA, by: 'none', time: 'name', groups: [{ name: '', moments: [{ time: 1, n: 3, replicates: 2, mean: 2, sd: 1, median: 2 }, { time: 2, n: 3, replicates: 1, mean: 4, sd: null, median: 4 }] }], note: '' };
const light = { theme: LIGHT, by: 'condition' };

test('a histogram has a bar for each bin, and what is selected over them', () => {
  const plain = optionOf('histogram', HISTOGRAM, { theme: LIGHT, by: 'none' });
  expect(plain.series.map(one => one.data)).toEqual([[[0, 1, 3], [1, 2, 1]]]);
  expect(plain.xAxis.name).toBe('Area (µm²)');
  const selected = optionOf('histogram', { ...HISTOGRAM, selected: [1, 0] }, { theme: LIGHT, by: 'none' });
  expect(selected.series.map(one => [one.itemStyle.color, one.data[0][2]])).toEqual([[LIGHT.muted, 3], [LIGHT.accent, 1]]);
});

test('groups of a histogram are lines with a legend, from the first edge to the last', () => {
  const option = optionOf('histogram', { ...HISTOGRAM, series: [{ name: 'a', counts: [1, 2] }, { name: '', counts: [0, 4] }] }, light);
  expect(option.legend.data).toEqual(['a', 'no condition']);
  expect(option.series[0].data).toEqual([[0, 1], [1, 2], [2, 2], [2, 0]]);
});

test('points of a scatter plot keep their object, and what is not selected fades', () => {
  const option = optionOf('scatter', SCATTER, { ...light, marked: [{ name: 'circularity', low: 0.8, high: null }] });
  expect(option.series.map(({ name, data }) => [name, data.map(({ id, itemStyle }) => [id, itemStyle.opacity])])).toEqual([
    ['control', [['a', 0.08]]], ['10 nM', [['b', 0.65]]],
  ]);
  const density = { xEdges: [0, 1, 2], yEdges: [0, 1], counts: [0, 7] };
  expect(optionOf('scatter', { ...SCATTER, density }, light).series[0].data).toEqual([[1, 0, 2, 1, 1]]);
});

test('a superplot shows cells small and replicates large, beside each other and inside their group', () => {
  const [cells, means, replicates] = optionOf('superplot', GROUPS, light).series;
  expect(cells.symbolSize).toBeLessThan(replicates.symbolSize / 2);
  expect(replicates.data.map(({ name, value }) => [name, Math.round(value[0]) + 0, value[1]])).toEqual([['well 1', 0, 2], ['well 2', 0, 4], ['well 1', 1, 9]]);
  expect(means.data).toEqual([[0, 3, Math.SQRT2], [1, 9, null]]);
  for (let place = 0; place < 500; place += 1) expect(Math.abs(beside(place))).toBeLessThan(0.5);
});

test('a time course has a line and a whisker where there are several replicates', () => {
  const [line, whiskers] = optionOf('course', COURSE, { theme: DARK, by: 'none' }).series;
  expect(line.data.map(([time, mean]) => [time, mean])).toEqual([[1, 2], [2, 4]]);
  expect(whiskers.data).toEqual([[1, 1, 3]]);
});

test('a violin goes up one side and down the other', () => {
  const points = violinPoints({ low: 0, high: 4, density: [0.5, 1] }, share => share, value => value);
  expect(points).toEqual([[0, 0], [0.5, 1], [1, 3], [0, 4], [-1, 3], [-0.5, 1]]);
});

test('a bar lies between its edges and keeps a pixel of gap', () => {
  const api = { coord: ([x, y]) => [10 * x, 100 - y], value: i => [2, 5, 40][i], visual: () => '#000' };
  expect(bodyOf.bar({}, api).shape).toEqual({ x: 20.5, y: 60, width: 29, height: 40 });
});

test('which range a brush gives depends on the chart', () => {
  expect(brushOf('histogram', HISTOGRAM)).toEqual({ type: 'lineX', names: ['area_um2'] });
  expect(brushOf('scatter', SCATTER)).toEqual({ type: 'rect', names: ['area_um2', 'circularity'] });
  expect(brushOf('superplot', GROUPS)).toEqual({ type: 'lineY', names: ['area_um2'] });
  expect(brushOf('course', COURSE)).toBe(null);
});

test('axes leave a little room and never begin below nought for what is never negative', () => {
  expect(ends([0, 10, null])).toEqual({ min: 0, max: 10.4 });
  expect(ends([-1, 1]).min).toBeLessThan(-1);
  expect(ends([])).toEqual({ min: 0, max: 1 });
  expect(meanAndDeviation([])).toEqual([null, null]);
});

test('every chart says in words what it shows', () => {
  expect(summaryOf('histogram', HISTOGRAM, 'none')).toBe('Area: median 2.50 µm² (quartiles 1.75 to 3.25), mean 2.50 ± 1.29 µm², n = 4; from 1 to 4. 1 object without a value.');
  expect(summaryOf('scatter', SCATTER, 'condition')).toBe('Circularity against area of 2 objects. Pearson correlation r = 0.50.');
  expect(summaryOf('superplot', GROUPS, 'condition')).toContain('control: median 2.50 µm²');
  expect(summaryOf('superplot', GROUPS, 'condition')).toContain('no condition: median 2.50 µm² (quartiles 1.75 to 3.25), mean 2.50 ± 1.29 µm², n = 4, 1 replicate');
  expect(summaryOf('course', COURSE, 'none')).toContain('all: from 2 at 1 to 4 at 2');
  expect(summaryOf('histogram', { ...HISTOGRAM, spread: { ...SPREAD, n: 0 } }, 'none')).toBe('Nothing here has a value of area.');
});

test('every chart has its figures as a table, whose text no spreadsheet computes', () => {
  expect(csv(tableOf('histogram', { ...HISTOGRAM, selected: [1, 0] }, 'none'))).toBe(
    'Area (µm²) from,to,"all, objects","selected, objects"\r\n0,1,3,1\r\n1,2,1,0\r\n',
  );
  expect(tableOf('superplot', GROUPS, 'condition').slice(1)).toEqual([['control', 'well 1', 2, 2, 2], ['control', 'well 2', 2, 4, 4], ['no condition', 'well 1', 2, 9, 9]]);
  expect(tableOf('scatter', SCATTER, 'condition')[2]).toEqual(['b', 'i', '10 nM', 2, 0.9]);
  for (const [chart, data] of [['box', GROUPS], ['course', COURSE]]) {
    const [head, ...rows] = tableOf(chart, data, 'condition');
    for (const row of rows) expect(row.length).toBe(head.length);
  }
  expect(csv([['=cmd()', 'a "b"', null, -1]])).toBe("'=cmd(),\"a \"\"b\"\"\",,-1\r\n");
  expect([stemOf('histogram', HISTOGRAM), stemOf('scatter', SCATTER)]).toEqual(['histogram-area_um2', 'scatter-area_um2-circularity']);
});

test('figures have three digits, and ranges read as sentences', () => {
  expect([12481.2, 21.34, 0.914, 0.00423, 7, null, NaN].map(figure)).toEqual(['12,481', '21.3', '0.91', '0.0042', '7', '–', '–']);
  expect(rangeWords({ low: 20, high: null }, AREA)).toBe('Area from 20 µm²');
  expect(rangeWords({ low: null, high: 0.5 }, CIRC)).toBe('Circularity up to 0.50');
  expect([groupName('0', 'class'), groupName('', 'condition'), groupName('x', 'tag')]).toEqual(['class 0 (unclassified)', 'no condition', 'x']);
});

test('groups stand out from the ground in both lights, and words even more', () => {
  for (const theme of [LIGHT, DARK]) {
    for (const colour of [...theme.groups, theme.accent]) expect(contrast(colour, theme.ground)).toBeGreaterThan(3);
    for (const colour of [theme.text, theme.dim]) expect(contrast(colour, theme.ground)).toBeGreaterThan(4.5);
  }
});

test('probabilities and effects are written as papers do', () => {
  expect([0.0312, 0.00001, 1].map(probability)).toEqual(['P = 0.031', 'P < 0.0001', 'P = 1.0']);
  expect(effectWords({ name: "Hedges' g", value: 1.2, low: 0.31, high: 2.09 })).toBe("Hedges' g 1.20 (95 % CI 0.31 to 2.09)");
  expect([effectWords({ name: 'd', value: 1, low: null, high: null }), effectWords(null)]).toEqual(['d 1', '–']);
});

test('figures of images speak of images', () => {
  expect(summaryOf('histogram', { ...HISTOGRAM, per: 'image' }, 'none')).toContain('1 image without a value.');
  expect(tableOf('histogram', { ...HISTOGRAM, per: 'image' }, 'none')[0]).toContain('all, images');
  expect(optionOf('histogram', { ...HISTOGRAM, per: 'image' }, { theme: LIGHT, by: 'none' }).yAxis.name).toBe('Images');
});

test('every shape of our own has a layer: without one the drawing library warns in the console', () => {
  for (const [chart, data] of [['histogram', HISTOGRAM], ['box', GROUPS], ['superplot', GROUPS], ['course', COURSE]]) {
    const own = optionOf(chart, data, { theme: LIGHT, by: 'none' }).series.filter(({ type }) => type === 'custom');
    for (const series of own) expect([series.z, series.zlevel].every(Number.isFinite)).toBe(true);
  }
});

test('a condition keeps its colour when others are filtered away', () => {
  const two = { ...HISTOGRAM, series: [{ name: '', counts: [1, 0] }, { name: 'taxol', counts: [2, 1] }] };
  const colours = optionOf('histogram', two, { theme: LIGHT, by: 'condition', order: ['control', 'taxol'] }).series.map(one => one.color);
  expect(colours).toEqual([LIGHT.axis, LIGHT.groups[1]]);
});

test('contrast is that of WCAG: black on white is 21, a colour on itself 1', () => {
  expect([contrast('#000000', '#ffffff'), contrast('#777777', '#777777')]).toEqual([21, 1]);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

test('words on the colours of conditions are read in both lights', () => {
  for (const theme of [LIGHT, DARK]) for (const colour of theme.groups) expect(contrast(inkOn(colour), colour)).toBeGreaterThan(4.5);
});
