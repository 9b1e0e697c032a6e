/** Figures and names as people read them. */
import { t } from './language.js';

/** `12,481`, `358`, `21.3`, `0.91`, `0.0042`: three digits, never a false precision. */
export function figure(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 100) return Math.round(value).toLocaleString('en');
  if (size >= 10) return value.toFixed(1);
  return size >= 0.1 || size === 0 ? value.toFixed(2) : Number(value.toPrecision(2)).toString();
}

export const counted = (count, one, many = `${one}s`) => `${count.toLocaleString('en')} ${t(count === 1 ? one : many)}`;

/** What one point of a figure is called. */
export const nounOf = per => (per === 'image' ? 'image' : 'object');

/** A title within a sentence: its first letter small, units as they are. */
export const lowered = title => `${title[0].toLowerCase()}${title.slice(1)}`;

/** `Area (µm²)`. */
export const titled = ({ title, unit }) => (unit ? `${title} (${unit})` : title);

/** The name of a group for people; the names of classes and of no condition are made here. */
export function groupName(name, by) {
  if (by === 'class') return name === '0' ? t('class 0 (unclassified)') : t('class {name}', { name });
  if (by === 'none') return t('all');
  return name === '' ? t('no condition') : name;
}

/** A range as a sentence part: `Area 100 to 500 µm²`, `Circularity from 0.8`. */
export function rangeWords({ low, high }, { title, unit }) {
  const end = unit ? ` ${unit}` : '';
  if (low === null) return t('{title} up to {high}', { title, high: `${figure(high)}${end}` });
  if (high === null) return t('{title} from {low}', { title, low: `${figure(low)}${end}` });
  return t('{title} {low} to {high}', { title, low: figure(low), high: `${figure(high)}${end}` });
}

/** `0.325 µm`, or from the smallest to the largest. */
export const sizeWords = sizes => (sizes[0] === sizes.at(-1) ? `${Number(sizes[0].toPrecision(4))} µm` : `${Number(sizes[0].toPrecision(4))} to ${Number(sizes.at(-1).toPrecision(4))} µm`);

/** `P = 0.031`, `P < 0.0001`. */
export function probability(p) {
  if (p < 0.0001) return 'P < 0.0001';
  return `P = ${p >= 0.995 ? '1.0' : Number(p.toPrecision(2))}`;
}

/** `Hedges' g 1.20 (95 % CI 0.31 to 2.09)`. */
export function effectWords(effect) {
  if (!effect) return '–';
  const { name, value, low, high } = effect;
  return `${name} ${figure(value)}${low === null || high === null ? '' : t(' (95 % CI {low} to {high})', { low: figure(low), high: figure(high) })}`;
}

/** What a figure shows, in sentences, for those who cannot see it and for those who want figures. */
export function summaryOf(chart, data, by) {
  return { histogram, scatter, box: groups, superplot: groups, course }[chart](data, by);
}

function spreadWords({ n, median, q1, q3, mean, sd }, unit) {
  const end = unit ? ` ${unit}` : '';
  const deviation = sd === null ? '' : ` ± ${figure(sd)}`;
  return t('median {median} (quartiles {low} to {high}), mean {mean}, n = {n}', {
    median: `${figure(median)}${end}`, low: figure(q1), high: figure(q3), mean: `${figure(mean)}${deviation}${end}`, n: n.toLocaleString('en'),
  });
}

function histogram({ measure, spread, per }) {
  if (!spread.n) return t('Nothing here has a value of {measure}.', { measure: lowered(measure.title) });
  const missing = spread.missing ? ` ${t('{count} without a value.', { count: counted(spread.missing, nounOf(per)) })}` : '';
  return `${t('{measure}: {spread}; from {low} to {high}.', {
    measure: measure.title, spread: spreadWords(spread, measure.unit), low: figure(spread.low), high: figure(spread.high),
  })}${missing}`;
}

function scatter({ x, y, n, pearson, note, per }) {
  const linked = pearson === null ? '' : ` ${t('Pearson correlation r = {r}.', { r: pearson.toFixed(2) })}`;
  return `${t('{y} against {x} of {count}.', { y: y.title, x: lowered(x.title), count: counted(n, nounOf(per)) })}${linked}${note ? ` ${note}` : ''}`;
}

function groups({ measure, groups: all, note, unitOfReplicate }, by) {
  const parts = all.filter(one => one.spread.n > 0).map(one => (
    `${groupName(one.name, by)}: ${spreadWords(one.spread, measure.unit)}, ${counted(one.replicates.length, unitOfReplicate)}`
  ));
  return `${measure.title}. ${parts.join('; ')}.${note ? ` ${note}` : ''}`;
}

function course({ measure, groups: all, time, note }, by) {
  const parts = all.filter(one => one.moments.length > 0).map(({ name, moments }) => t('{group}: from {first} at {start} to {last} at {end}', {
    group: groupName(name, by), first: figure(moments[0].mean), start: figure(moments[0].time), last: figure(moments.at(-1).mean), end: figure(moments.at(-1).time),
  }));
  const over = time === 'plane' ? t('the planes of the stacks') : t("the times in the images' names");
  return parts.length ? `${t('Mean {measure} over {time}.', { measure: lowered(measure.title), time: over })} ${parts.join('; ')}.${note ? ` ${note}` : ''}` : note;
}
