/** Figures and names as people read them. */

/** `12,481`, `358`, `21.3`, `0.91`, `0.0042`: three digits, never a false precision. */
export function figure(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 100) return Math.round(value).toLocaleString('en');
  if (size >= 10) return value.toFixed(1);
  return size >= 0.1 || size === 0 ? value.toFixed(2) : Number(value.toPrecision(2)).toString();
}

export const counted = (count, one, many = `${one}s`) => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** `Area (µm²)`. */
export const titled = ({ title, unit }) => (unit ? `${title} (${unit})` : title);

/** The name of a group for people; the names of classes and of no condition are made here. */
export function groupName(name, by) {
  if (by === 'class') return name === '0' ? 'class 0 (unclassified)' : `class ${name}`;
  if (by === 'none') return 'all objects';
  return name === '' ? 'no condition' : name;
}

/** A range as a sentence part: `Area 100 to 500 µm²`, `Circularity from 0.8`. */
export function rangeWords({ low, high }, { title, unit }) {
  const end = unit ? ` ${unit}` : '';
  if (low === null) return `${title} up to ${figure(high)}${end}`;
  if (high === null) return `${title} from ${figure(low)}${end}`;
  return `${title} ${figure(low)} to ${figure(high)}${end}`;
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
  return `${name} ${figure(value)}${low === null || high === null ? '' : ` (95 % CI ${figure(low)} to ${figure(high)})`}`;
}

/** What a figure shows, in sentences, for those who cannot see it and for those who want figures. */
export function summaryOf(chart, data, by) {
  return { histogram, scatter, box: groups, superplot: groups, course }[chart](data, by);
}

function spreadWords({ n, median, q1, q3, mean, sd }, unit) {
  const end = unit ? ` ${unit}` : '';
  const deviation = sd === null ? '' : ` ± ${figure(sd)}`;
  return `median ${figure(median)}${end} (quartiles ${figure(q1)} to ${figure(q3)}), mean ${figure(mean)}${deviation}${end}, n = ${n.toLocaleString('en')}`;
}

function histogram({ measure, spread }) {
  if (!spread.n) return `No object here has a value of ${measure.title.toLowerCase()}.`;
  const missing = spread.missing ? ` ${counted(spread.missing, 'object has', 'objects have')} no value.` : '';
  return `${measure.title}: ${spreadWords(spread, measure.unit)}; from ${figure(spread.low)} to ${figure(spread.high)}.${missing}`;
}

function scatter({ x, y, n, pearson, note }) {
  const linked = pearson === null ? '' : ` Pearson correlation r = ${pearson.toFixed(2)}.`;
  return `${y.title} against ${x.title.toLowerCase()} of ${counted(n, 'object')}.${linked}${note ? ` ${note}` : ''}`;
}

function groups({ measure, groups: all, note, unitOfReplicate }, by) {
  const parts = all.filter(one => one.spread.n > 0).map(one => (
    `${groupName(one.name, by)}: ${spreadWords(one.spread, measure.unit)}, ${counted(one.replicates.length, unitOfReplicate)}`
  ));
  return `${measure.title}. ${parts.join('; ')}.${note ? ` ${note}` : ''}`;
}

function course({ measure, groups: all, time, note }, by) {
  const parts = all.filter(one => one.moments.length > 0).map(({ name, moments }) => (
    `${groupName(name, by)}: from ${figure(moments[0].mean)} at ${figure(moments[0].time)} to ${figure(moments.at(-1).mean)} at ${figure(moments.at(-1).time)}`
  ));
  const over = time === 'plane' ? 'the planes of the stacks' : "the times in the images' names";
  return parts.length ? `Mean ${measure.title.toLowerCase()} over ${over}. ${parts.join('; ')}.${note ? ` ${note}` : ''}` : note;
}
