/** A figure as a file: its table, its drawing, its picture. */
import { groupName, nounOf, titled } from './words.js';

const FORMULA = /^[=+\-@\t\r]/;

/** One value of a CSV (RFC 4180); text that a spreadsheet would compute begins with an apostrophe. */
function field(value) {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const csv = rows => `${rows.map(row => row.map(field).join(',')).join('\r\n')}\r\n`;

const TABLES = {
  histogram: ({ measure, edges, series, selected, per }, by) => [
    [`${titled(measure)} from`, 'to', ...series.map(({ name }) => `${groupName(name, by)}, ${nounOf(per)}s`), ...(selected ? [`selected, ${nounOf(per)}s`] : [])],
    ...edges.slice(0, -1).map((edge, i) => [edge, edges[i + 1], ...series.map(({ counts }) => counts[i]), ...(selected ? [selected[i]] : [])]),
  ],
  scatter: ({ x, y, points, groups, imageIds, per }, by) => [
    [...(per === 'image' ? [] : ['object']), 'image', 'group', titled(x), titled(y)],
    ...points.x.map((value, i) => [...(per === 'image' ? [] : [points.id[i]]), imageIds[points.image[i]], groupName(groups[points.group[i]] ?? '', by), value, points.y[i]]),
  ],
  box: ({ measure, groups, per }, by) => [
    ['group', `${nounOf(per)}s`, 'replicates', ...['median', 'q1', 'q3', 'whisker low', 'whisker high', 'mean', 'sd'].map(name => `${name}, ${titled(measure)}`)],
    ...groups.map(({ name, spread, whiskers, replicates }) => [
      groupName(name, by), spread.n, replicates.length, spread.median, spread.q1, spread.q3, whiskers?.[0], whiskers?.[1], spread.mean, spread.sd,
    ]),
  ],
  superplot: ({ measure, groups, unitOfReplicate, per }, by) => [
    ['group', unitOfReplicate, `${nounOf(per)}s`, `mean, ${titled(measure)}`, `median, ${titled(measure)}`],
    ...groups.flatMap(({ name, replicates }) => replicates.map(one => [groupName(name, by), one.name, one.n, one.mean, one.median])),
  ],
  course: ({ measure, groups, time, per }, by) => [
    ['group', time === 'plane' ? 'plane' : 'time', `${nounOf(per)}s`, 'replicates', `mean of replicates, ${titled(measure)}`, 'sd of replicates', `median of ${nounOf(per)}s`],
    ...groups.flatMap(({ name, moments }) => moments.map(one => [groupName(name, by), one.time, one.n, one.replicates, one.mean, one.sd, one.median])),
  ],
};

/** The figures behind a chart, as rows with a head. */
export const tableOf = (chart, data, by) => TABLES[chart](data, by);

/** `histogram-area_um2`. */
export function stemOf(chart, data) {
  return chart === 'scatter' ? `scatter-${data.x.name}-${data.y.name}` : `${chart}-${data.measure.name}`;
}

export function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** An SVG as a PNG of `scale` times its size. */
export async function pngOf(svg, width, height, scale = 3) {
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await picture.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob(blob => (blob ? resolve(blob) : reject(new Error("The browser couldn't make the picture. Download the SVG instead."))), 'image/png');
  });
}
