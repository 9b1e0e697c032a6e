import { afterEach, expect, test } from 'bun:test';
import { NOTHING } from './address.js';
import { ask, figureUrl, rowsUrl, sweepBody } from './asking.js';
import { columnsOf } from './columns.js';

const VIEW = {
  ...NOTHING, chart: 'histogram', measure: 'area_um2', x: 'area_um2', y: 'circularity', by: 'condition', border: 'inside', classId: ['2'], condition: [''],
  where: [{ name: 'score', low: 0.5, high: null }], select: [{ name: 'area_um2', low: 1, high: 2 }],
};
const realFetch = globalThis.fetch;
afterEach(() => { globalThis.fetch = realFetch; });
const answering = (status, body) => { globalThis.fetch = async () => Response.json(body, { status }); };

test('a figure is asked for with its filters, and only a histogram with the selection', () => {
  const parts = url => [...new URL(url, 'http://x').searchParams].map(([name, value]) => `${name}=${value}`);
  expect(parts(figureUrl('/r', VIEW))).toEqual(['measure=area_um2', 'by=condition', 'select=area_um2:1..2', 'where=score:0.5..', 'condition=', 'classId=2', 'border=inside']);
  expect(figureUrl('/r', { ...VIEW, chart: 'superplot' })).toStartWith('/r/groups?measure=area_um2');
  expect(figureUrl('/r', { ...VIEW, chart: 'scatter' })).not.toContain('select');
  expect(parts(rowsUrl('/r', VIEW, 200, 100))).toContain('where=area_um2:1..2');
});

test('what is changed is exactly what is filtered and selected', () => {
  expect(sweepBody(VIEW, 'classify', 7, 3)).toEqual({
    what: 'classify', classId: 3, expected: 7,
    objects: { where: ['score:0.5..', 'area_um2:1..2'], tag: [], condition: [''], imageId: [], classId: [2], border: 'inside' },
  });
});

test('what goes wrong is a sentence: ours where we said why', async () => {
  answering(422, { detail: 'There is no measure “x” here.' });
  await expect(ask('/r')).rejects.toThrow('There is no measure “x” here.');
  answering(500, { detail: 'traceback' });
  await expect(ask('/r')).rejects.toThrow('the server had a problem');
  answering(401, {});
  await expect(ask('/r')).rejects.toThrow('Sign in again');
  globalThis.fetch = async () => { throw new TypeError('failed'); };
  await expect(ask('/r')).rejects.toThrow('did not answer');
});

test('the table shows first what the figure shows, and nothing twice', () => {
  const measures = ['area', 'circularity', 'score'].map(key => ({ key, name: key === 'area' ? 'area_um2' : key }));
  expect(columnsOf({ ...VIEW, measure: 'circularity' }, measures).map(({ name }) => name)).toEqual(['circularity', 'area_um2', 'score']);
  expect(columnsOf({ ...VIEW, chart: 'scatter' }, measures).map(({ name }) => name)).toEqual(['area_um2', 'circularity', 'score']);
});
