import { expect, test } from 'bun:test';
import { PlaneOutlines } from './outlines.js';

const some = (revision, count = 1) => ({ revision, objects: Array.from({ length: count }), found: true });

function server(answers) {
  const asked = [];
  const ask = async (url, _signal, atLeast) => {
    asked.push([url, atLeast]);
    return answers[url];
  };
  return { asked, ask };
}

test('a plane that was shown is there again without a request, unless there is something newer', async () => {
  const { asked, ask } = server({ '/p?frame=1': some(3), '/p?frame=2': some(1) });
  const planes = new PlaneOutlines({ ask });
  await planes.load({ name: 'i 1', url: '/p?frame=1' });
  await planes.load({ name: 'i 2', url: '/p?frame=2' });
  expect((await planes.load({ name: 'i 1', url: '/p?frame=1', atLeast: 3 })).revision).toBe(3);
  expect(asked).toHaveLength(2);
  await planes.load({ name: 'i 1', url: '/p?frame=1', atLeast: 4 });
  expect(asked.at(-1)).toEqual(['/p?frame=1', 4]);
});

test('a slider that is dragged over a plane asks nothing of it', async () => {
  const { asked, ask } = server({ '/p?frame=7': some(1) });
  const waits = [];
  const rest = (ms, signal) => new Promise((resolve, reject) => {
    waits.push({ ms, resolve });
    signal.addEventListener('abort', () => reject(signal.reason));
  });
  const planes = new PlaneOutlines({ ask, rest });
  const passed = new AbortController();
  const given = planes.load({ name: 'i 6', url: '/p?frame=6', restMs: 100 }, passed.signal);
  passed.abort();
  expect(given).rejects.toThrow();
  const rested = planes.load({ name: 'i 7', url: '/p?frame=7', restMs: 100 }, new AbortController().signal);
  waits[1].resolve();
  expect((await rested).revision).toBe(1);
  expect(asked).toEqual([['/p?frame=7', 0]]);
});

test('an old revision is never kept as the present', async () => {
  const { asked, ask } = server({ '/p?frame=1&revision=2': some(2), '/p?frame=1': some(5) });
  const planes = new PlaneOutlines({ ask });
  await planes.load({ name: '', url: '/p?frame=1&revision=2' });
  expect((await planes.load({ name: 'i 1', url: '/p?frame=1' })).revision).toBe(5);
  expect(asked).toHaveLength(2);
});

test('planes that were not looked at for the longest make room', () => {
  const planes = new PlaneOutlines();
  for (let plane = 0; plane < 9; plane += 1) planes.keep(`i ${plane}`, some(1));
  expect(planes.get('i 0')).toBeNull();
  expect(planes.get('i 1')).not.toBeNull();
  planes.keep('i 9', some(1, 50_000));
  expect(planes.get('i 8')).toBeNull();
  expect(planes.get('i 9').objects).toHaveLength(50_000);
});
