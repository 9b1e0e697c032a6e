/** What the results show, and its form in the address: `?chart=scatter&x=area_um2&where=circularity:0.8..`. */

export const CHARTS = ['histogram', 'scatter', 'box', 'superplot', 'course'];
export const GROUPINGS = ['none', 'condition', 'tag', 'class', 'image'];
export const PANELS = ['plate', 'names', 'table', 'methods'];
export const PER = ['object', 'image'];
export const EACH = ['replicate', 'object'];
const BORDERS = ['inside', 'touching'];
const RANGE = /^([a-z0-9_]{1,80}):([-+\d.e]*)\.\.([-+\d.e]*)$/i;

export const NOTHING = Object.freeze({
  chart: 'histogram', measure: '', x: '', y: '', by: '', sort: 'image', border: '', per: 'object', panel: '', test: '', each: 'replicate',
  where: [], select: [], tag: [], condition: [], classId: [], imageId: [],
});

const number = text => (text === '' ? null : Number(text));

/** `area_um2:20..80` as {name, low, high}, an end that is left out as null; null for what is no range. */
export function rangeOf(words) {
  const [, name, low, high] = RANGE.exec(words) ?? [];
  if (!name) return null;
  const range = { name, low: number(low), high: number(high) };
  const ends = [range.low, range.high].filter(end => end !== null);
  return ends.length === 0 || ends.some(Number.isNaN) || (ends.length === 2 && range.low > range.high) ? null : range;
}

export const wordsOf = ({ name, low, high }) => `${name}:${low ?? ''}..${high ?? ''}`;

export function fromAddress(search) {
  const query = new URLSearchParams(search);
  const one = (name, among) => (among.includes(query.get(name)) ? query.get(name) : NOTHING[name]);
  const ranges = name => query.getAll(name).map(rangeOf).filter(Boolean).slice(0, 12);
  return {
    chart: one('chart', CHARTS), by: one('by', GROUPINGS), border: one('border', BORDERS), per: one('per', PER), panel: one('panel', PANELS), each: one('each', EACH),
    measure: query.get('measure') ?? '', x: query.get('x') ?? '', y: query.get('y') ?? '', sort: query.get('sort') ?? NOTHING.sort, test: query.get('test') ?? '',
    where: ranges('where'), select: ranges('select'),
    tag: query.getAll('tag'), condition: query.getAll('condition'), classId: query.getAll('classId'), imageId: query.getAll('imageId'),
  };
}

/** The filters alone, as every request takes them; with `selected` those of the selection too. */
export function filtersOf(ask, { selected = false } = {}) {
  const ranges = selected ? [...ask.where, ...ask.select] : ask.where;
  const pairs = ranges.map(range => ['where', wordsOf(range)]);
  for (const name of ['tag', 'condition', 'classId', 'imageId']) for (const value of ask[name]) pairs.push([name, value]);
  if (ask.border) pairs.push(['border', ask.border]);
  return pairs;
}

export function toAddress(ask) {
  const words = ['chart', 'per', 'measure', 'x', 'y', 'by', 'sort', 'test', 'each', 'panel'].filter(name => ask[name] !== NOTHING[name]).map(name => [name, ask[name]]);
  const pairs = [...words, ...filtersOf(ask), ...ask.select.map(range => ['select', wordsOf(range)])];
  return new URLSearchParams(pairs).toString();
}

/** The ranges of filters and selection as one word, for the page of an image that marks these objects. */
export const markedOf = ask => [...ask.where, ...ask.select].map(wordsOf).join();

/** Where an image is looked at, its object, or what is selected in it. */
export function imageHref(projectId, imageId, ask, object = '') {
  const marked = markedOf(ask);
  const query = new URLSearchParams([...(object ? [['object', object]] : []), ...(marked ? [['where', marked]] : [])]).toString();
  return `/projects/${projectId}/images/${imageId}${query && `?${query}`}`;
}

export const isFiltered = ask => filtersOf(ask).length > 0;

/** What the images tab and the exports take as `holding`: the images that hold what is filtered and selected. */
export function holdingOf(ask) {
  return new URLSearchParams([...filtersOf(ask, { selected: true }), ...(ask.per === 'image' ? [['per', 'image']] : [])]).toString();
}

/** A tab of the project that shows only these images, or asks how to export them. */
export const holdingHref = (projectId, ask, tab = '') => `/projects/${projectId}${tab && `/${tab}`}?${new URLSearchParams({ holding: holdingOf(ask) })}`;

/** The measures that the figures of a view can be of. */
export const measuresOf = (ask, overview) => (ask.per === 'image' ? overview.imageMeasures : overview.measures);

/**
 * The same with names of measures that there are: where the unit changed, its namesake in the other; a range in a unit that is
 * not shown any more would mean something else, so it goes. The table below is of objects, whatever the figures are of.
 */
export function fitted(ask, overview) {
  const own = measuresOf(ask, overview);
  const has = measures => new Set(measures.map(({ name }) => name));
  const [known, ranged, ordered] = [has(own), has([...overview.measures, ...overview.imageMeasures]), has(overview.measures)];
  const fit = (name, fallback) => (known.has(name) ? name : own.find(({ key }) => name.startsWith(key) && /_(px|um)2?$/.test(name) && name.replace(/_(px|um)2?$/, '') === key)?.name ?? fallback);
  const first = own[0]?.name ?? '';
  const second = own.find(({ key }) => key === 'circularity' || key === 'confluence')?.name ?? first;
  const kept = ranges => ranges.filter(({ name }) => ranged.has(name));
  const by = ask.sort.replace(/^-/, '');
  return {
    ...ask, measure: fit(ask.measure, first), x: fit(ask.x, first), y: fit(ask.y, second),
    where: kept(ask.where), select: kept(ask.select), sort: by === 'image' || ordered.has(by) ? ask.sort : NOTHING.sort,
  };
}
