import { afterEach, expect, test } from 'bun:test';
import { fetchMeasurements } from './measurements.js';

const URL = '/api/v1/images/i/measurements?frame=0';
const KNOWN = { revision: 4, data: [{ id: 'a', px: 1 }, { id: 'b', px: 2 }, { id: 'd', px: 4 }] };
const realFetch = globalThis.fetch;
afterEach(() => { globalThis.fetch = realFetch; });

/** Answers by address, and notes what was asked for. */
function server(answers) {
  const asked = [];
  globalThis.fetch = async address => {
    asked.push(address);
    return Response.json(answers[address]);
  };
  return asked;
}

test('after an edit only what changed is asked for, and what is gone goes', async () => {
  const asked = server({
    '/api/v1/images/i/revisions/5/changes?frame=0': { removed: [{ id: 'b' }], added: [{ id: 'c' }] },
    [`${URL}&ids=b&ids=c`]: { revision: 5, data: [{ id: 'c', px: 3 }] },
  });
  const { revision, data } = await fetchMeasurements(URL, undefined, { known: KNOWN, revision: 5 });
  expect(revision).toBe(5);
  expect(data.map(({ id, px }) => [id, px])).toEqual([['a', 1], ['c', 3], ['d', 4]]);
  expect(asked.length).toBe(2);
});

test('with nothing known, or many revisions behind, everything is asked for', async () => {
  const asked = server({ [URL]: { revision: 20, data: [] } });
  await fetchMeasurements(URL, undefined, { revision: 20 });
  await fetchMeasurements(URL, undefined, { known: KNOWN, revision: 20 });
  expect(asked).toEqual([URL, URL]);
});
