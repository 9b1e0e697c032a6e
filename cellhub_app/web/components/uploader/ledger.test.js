import { expect, test } from 'bun:test';
import { Ledger } from './ledger.js';

const add = (ledger, count, pile = 'small') =>
  Array.from({ length: count }, (_, i) => ledger.add({ name: `f${i}.png`, path: `f${i}.png`, size: 10 }, pile));
const rows = ledger => Array.from({ length: ledger.rowCount }, (_, place) => ledger.rowAt(place)).map(row => row.heading ?? row.item.name);

test('the list starts with what needs attention, each group under its heading', () => {
  const ledger = new Ledger();
  const [a, b, c, d] = add(ledger, 5);
  ledger.move(a, 'accepted');
  ledger.move(b, 'refused', 'It ends early.');
  ledger.move(c, 'duplicate', 'Already here as x.png.');
  ledger.move(d, 'sending');
  expect(rows(ledger).join(' ')).toBe('refused f1.png duplicate f2.png sending f3.png waiting f4.png accepted f0.png');
  expect(ledger.rowAt(99)).toBeNull();
});

test('what is tried again stands before what was never sent', () => {
  const ledger = new Ledger();
  const items = add(ledger, 3);
  ledger.move(items[0], 'sending');
  ledger.move(items[0], 'retrying', 'Trying again.');
  expect(rows(ledger)).toEqual(['waiting', 'f0.png', 'f1.png', 'f2.png']);
});

test('bytes leave out what is not sent at all, and duplicates did travel', () => {
  const ledger = new Ledger();
  const [a, b, c, d] = add(ledger, 4);
  ledger.move(a, 'accepted');
  ledger.move(b, 'refused', 'No.');
  ledger.move(c, 'duplicate', 'Here.');
  ledger.move(d, 'sending');
  ledger.progress(d, 4);
  expect(ledger).toMatchObject({ bytesTotal: 30, bytesSent: 24, total: 4 });
  ledger.move(d, 'retrying');
  expect(ledger.bytesSent).toBe(20);
  ledger.progress(d, 9);
  expect(ledger.bytesSent).toBe(20);
});

test('ten thousand files change state in time that does not grow with their number', () => {
  const spent = count => {
    const ledger = new Ledger();
    const items = add(ledger, count);
    const started = performance.now();
    for (const item of items.slice(0, 2000)) {
      ledger.move(item, 'sending');
      ledger.progress(item, 5);
      ledger.move(item, 'accepted');
      ledger.rowAt(ledger.rowCount - 1);
    }
    return performance.now() - started;
  };
  spent(2000);
  const best = count => Math.min(...Array.from({ length: 5 }, () => spent(count)));
  expect(best(40_000)).toBeLessThan(4 * best(2000) + 2);
});
