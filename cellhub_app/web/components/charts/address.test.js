import { expect, test } from 'bun:test';
import { filtersOf, fitted, fromAddress, holdingHref, imageHref, isFiltered, NOTHING, rangeOf, toAddress, wordsOf } from './address.js';

const IMAGE_MEASURES = [{ key: 'object_count', name: 'object_count' }, { key: 'confluence', name: 'confluence' }, { key: 'mean_area', name: 'mean_area_px2' }];
const MEASURES = [
  { key: 'area', name: 'area_px2' }, { key: 'feret_max', name: 'feret_max_px' }, { key: 'circularity', name: 'circularity' },
  { key: 'intensity_mean_c1', name: 'intensity_mean_c1' }, { key: 'score', name: 'score' },
];
const OVERVIEW = { measures: MEASURES, imageMeasures: IMAGE_MEASURES };

test('a range is read as it is written, and what is none is null', () => {
  for (const words of ['area_um2:20..80', 'circularity:..0.5', 'score:-1e-3..']) expect(wordsOf(rangeOf(words)).replace('-0.001', '-1e-3')).toBe(words);
  for (const words of ['area', 'area:..', 'area:5..4', 'area:a..b', ':1..2', 'area:1..2;x']) expect(rangeOf(words)).toBe(null);
});

test('what is shown comes back from the address', () => {
  const view = {
    ...NOTHING, chart: 'scatter', x: 'area_um2', y: 'circularity', by: 'condition', sort: '-area_um2', border: 'inside', per: 'image', panel: 'plate', test: 'anova', each: 'object',
    where: [{ name: 'area_um2', low: 1, high: null }, { name: 'score', low: 0.5, high: 1 }], select: [{ name: 'circularity', low: null, high: 0.9 }],
    tag: ['a, b', 'ü'], condition: ['', '10 nM'], classId: ['1'], imageId: ['x'],
  };
  expect(fromAddress(`?${toAddress(view)}`)).toEqual(view);
  expect(toAddress(NOTHING)).toBe('');
});

test('an address that makes no sense shows everything', () => {
  expect(fromAddress('?chart=pie&by=moon&border=maybe&where=x&select=y:5..1')).toEqual({ ...NOTHING });
});

test('a selection is no filter until it is asked for', () => {
  const view = { ...NOTHING, select: [{ name: 'score', low: 0, high: 1 }] };
  expect(isFiltered(view)).toBe(false);
  expect(filtersOf(view, { selected: true })).toEqual([['where', 'score:0..1']]);
});

test('where the unit changed, measures go along and ranges in the other unit go', () => {
  const ranges = [{ name: 'area_um2', low: 1, high: 2 }, { name: 'circularity', low: 0, high: 1 }];
  const found = fitted({ ...NOTHING, measure: 'area_um2', x: 'feret_max_um', y: 'circularity', sort: '-area_um2', where: ranges, select: ranges.slice(0, 1) }, OVERVIEW);
  expect([found.measure, found.x, found.y, found.sort]).toEqual(['area_px2', 'feret_max_px', 'circularity', 'image']);
  expect([found.where, found.select]).toEqual([ranges.slice(1), []]);
});

test('without a wish the first measure is shown, against circularity', () => {
  const found = fitted(NOTHING, OVERVIEW);
  expect([found.measure, found.x, found.y]).toEqual(['area_px2', 'area_px2', 'circularity']);
  expect(fitted({ ...NOTHING, measure: 'nonsense' }, OVERVIEW).measure).toBe('area_px2');
});

test('an image is opened at its object, with what is selected marked', () => {
  const view = { ...NOTHING, where: [{ name: 'score', low: 0.5, high: null }], select: [{ name: 'area_um2', low: 1, high: 2 }] };
  const address = new URL(imageHref('p', 'i', view, 'o'), 'http://x');
  expect([address.pathname, address.searchParams.get('object'), address.searchParams.get('where')]).toEqual(['/projects/p/images/i', 'o', 'score:0.5..,area_um2:1..2']);
  expect(imageHref('p', 'i', NOTHING)).toBe('/projects/p/images/i');
});

test('figures of images have measures of their own, in the unit that there is', () => {
  const found = fitted({ ...NOTHING, per: 'image', chart: 'scatter', x: 'mean_area_um2', y: 'circularity', sort: '-area_px2' }, OVERVIEW);
  expect([found.measure, found.x, found.y, found.sort]).toEqual(['object_count', 'mean_area_px2', 'confluence', '-area_px2']);
  const ranges = [{ name: 'confluence', low: 0.5, high: null }];
  expect(fitted({ ...NOTHING, where: ranges }, OVERVIEW).where).toEqual(ranges);
});

test('what is selected goes along to the images and the exports', () => {
  const view = { ...NOTHING, where: [{ name: 'score', low: 0.5, high: null }], condition: ['10 nM & more'], select: [{ name: 'area_px2', low: 1, high: 2 }] };
  const address = new URL(holdingHref('p', view), 'http://x');
  expect(address.pathname).toBe('/projects/p');
  expect([...new URLSearchParams(address.searchParams.get('holding'))]).toEqual([['where', 'score:0.5..'], ['where', 'area_px2:1..2'], ['condition', '10 nM & more']]);
  expect(holdingHref('p', { ...NOTHING, per: 'image' }, 'exports')).toBe('/projects/p/exports?holding=per%3Dimage');
});
