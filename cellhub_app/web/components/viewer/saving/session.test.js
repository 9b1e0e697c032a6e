import { describe, expect, test } from 'bun:test';
import { IDBFactory } from 'fake-indexeddb';
import { square } from '../shapes/shapes.fixture.js';
import { KeptEdits } from './kept.js';
import { sameObjects } from './log.fixture.js';
import { moveTo, open, placeOf, start } from './session.fixture.js';
import { EditRefused } from './session.js';

class Page extends EventTarget {}

describe('in the browser', () => {
  test('an edit is there at once, and its listeners hear of it', () => {
    const { session } = open(start());
    const heard = [];
    const end = session.listen(change => heard.push(change));
    session.apply(moveTo('a', 50, 50));
    end();
    session.apply(moveTo('b', 50, 50));
    expect(placeOf(session, 'a')).toEqual([50, 50]);
    expect(heard.map(({ removed, added, state }) => [removed, added[0].areaPx, state.name])).toEqual([[['a'], 25, 'saving']]);
  });

  test('an edit that is no polygon, or of objects that are gone or there, changes nothing', () => {
    const { session } = open(start());
    const tangle = { id: 'x', rings: [Float32Array.of(0, 0, 10, 10, 10, 0, 0, 10)] };
    for (const edit of [{ added: [tangle] }, { removed: ['z'] }, { added: [{ id: 'b', rings: [square(0, 0, 5)] }] }]) {
      expect(() => session.apply({ removed: ['a'], ...edit })).toThrow(EditRefused);
    }
    expect(session.objects.size).toBe(3);
    expect([session.canUndo, session.state.name]).toEqual([false, 'saved']);
  });

  test('undo and redo go through everything, and a new edit leaves nothing to redo', async () => {
    const { session } = open(start());
    session.apply(moveTo('a', 50, 50));
    session.apply({ removed: ['b'] });
    session.apply({ added: [{ id: 'd', rings: [square(70, 0, 5)] }] });
    for (let i = 0; i < 3; i++) await session.undo();
    expect([placeOf(session, 'a'), session.objects.get('b').score, session.objects.has('d')]).toEqual([[0, 0], 0.9, false]);
    expect([session.canUndo, session.canRedo]).toEqual([false, true]);
    for (let i = 0; i < 2; i++) await session.redo();
    expect([placeOf(session, 'a'), session.objects.has('b')]).toEqual([[50, 50], false]);
    session.apply({ removed: ['c'] });
    expect(session.canRedo).toBe(false);
    await session.redo();
    expect([...session.objects.keys()]).toEqual(['a']);
  });

  test('five hundred steps can be undone', async () => {
    const { session } = open(start());
    for (let i = 1; i <= 510; i++) session.apply(moveTo('a', i, 0));
    let steps = 0;
    for (; session.canUndo; steps++) await session.undo();
    expect([steps, placeOf(session, 'a')]).toEqual([500, [10, 0]]);
  });
});

describe('saving', () => {
  test('a burst of edits goes out within a second, each as a revision of its own', async () => {
    const log = start();
    const { session, clock } = open(log);
    for (let i = 1; i <= 10; i++) {
      session.apply(moveTo('a', i, 0));
      await clock.pass(100);
    }
    expect(log.head).toBeGreaterThan(7);
    await clock.pass(300);
    expect(session.state).toEqual({ name: 'saved', pending: 0, conflicts: [], sentence: '' });
    expect([log.head, log.saves.length, session.revision, sameObjects(session, log)]).toEqual([10, 2, 10, true]);
    expect(log.saves[0].authorId).toBe('ada');
  });

  test('an edit made while another one is on its way goes with the next request', async () => {
    const log = start();
    const { session, clock, api } = open(log);
    const save = api.save.bind(api);
    let answer;
    api.save = (...call) => new Promise(resolve => { answer = () => resolve(save(...call)); });
    session.apply(moveTo('a', 1, 0));
    await clock.pass(300);
    session.apply(moveTo('a', 2, 0));
    expect(session.state).toMatchObject({ name: 'saving', pending: 2 });
    api.save = save;
    answer();
    await clock.pass(1000);
    expect([log.head, session.state.name, sameObjects(session, log)]).toEqual([2, 'saved', true]);
  });

  test('undo of what is saved is a revision that says so, and of what is not saved is none', async () => {
    const log = start();
    const { session, clock } = open(log);
    const first = session.apply(moveTo('a', 1, 0));
    await clock.pass(1000);
    session.apply(moveTo('b', 1, 0));
    await session.undo();
    expect(session.state.pending).toBe(0);
    await session.undo();
    await clock.pass(1000);
    expect(log.entries.map(({ note, undoes }) => [note, undoes])).toEqual([['Move', null], ['Undo: Move', first]]);
    await session.redo();
    await session.redo();
    await clock.pass(1000);
    expect(log.entries.map(({ note }) => note)).toEqual(['Move', 'Undo: Move', 'Redo: Move', 'Redo: Move']);
    expect(sameObjects(session, log)).toBe(true);
  });

  test('undo goes on where it was after a reload, and redo too', async () => {
    const log = start();
    const before = open(log);
    before.session.apply(moveTo('a', 1, 0));
    before.session.apply(moveTo('a', 2, 0));
    await before.clock.pass(1000);
    await before.session.undo();
    await before.clock.pass(1000);

    const { session, clock } = open(log);
    await session.begin(new Page());
    expect([session.canUndo, session.canRedo]).toEqual([true, true]);
    await session.undo();
    expect([placeOf(session, 'a'), session.canUndo]).toEqual([[0, 0], false]);
    await session.redo();
    await session.redo();
    await clock.pass(1000);
    expect([placeOf(session, 'a'), session.canRedo, sameObjects(session, log)]).toEqual([[2, 0], false, true]);
  });

  test('an edit that the server refuses stays, says why, and can be given up; the others are saved', async () => {
    const log = start();
    const { session, clock, api } = open(log);
    api.refusal = ({ change }) => change.added.some(({ id }) => id === 'bad');
    session.apply(moveTo('a', 1, 0));
    session.apply({ added: [{ id: 'bad', rings: [square(900, 0, 5)] }] });
    session.apply(moveTo('bad', 950, 0));
    session.apply(moveTo('b', 1, 0));
    await clock.pass(2000);
    expect(session.state).toMatchObject({ name: 'refused', pending: 3, sentence: 'A polygon leaves the image.' });
    expect(session.objects.has('bad')).toBe(true);
    session.discard();
    await clock.pass(2000);
    expect([session.state.name, session.objects.has('bad'), log.head, sameObjects(session, log)]).toEqual(['saved', false, 2, true]);
  });

  test('leaving the page with unsaved edits asks first', async () => {
    const { session, clock } = open(start());
    const page = new Page();
    await session.begin(page);
    const leave = () => { const event = new Event('beforeunload', { cancelable: true }); page.dispatchEvent(event); return event.defaultPrevented; };
    expect(leave()).toBe(false);
    session.apply(moveTo('a', 1, 0));
    expect(leave()).toBe(true);
    await clock.pass(1000);
    expect(leave()).toBe(false);
    await session.end();
  });
});

describe('offline', () => {
  test('edits stay, are counted, and go out when the network is back', async () => {
    const log = start();
    const { session, clock, api } = open(log);
    const page = new Page();
    await session.begin(page);
    api.isReachable = false;
    for (let i = 1; i <= 3; i++) session.apply(moveTo('a', i, 0));
    await clock.pass(5000);
    expect(session.state).toMatchObject({ name: 'offline', pending: 3, sentence: 'The server does not answer.' });
    api.isReachable = true;
    page.dispatchEvent(new Event('online'));
    await session.end();
    expect([session.state.name, log.head, sameObjects(session, log)]).toEqual(['saved', 3, true]);
  });

  test('it is tried again without that news, too', async () => {
    const log = start();
    const { session, clock, api } = open(log);
    api.isReachable = false;
    session.apply(moveTo('a', 1, 0));
    await clock.pass(3000);
    api.isReachable = true;
    await clock.pass(30_000);
    expect([session.state.name, log.head]).toEqual(['saved', 1]);
  });

  test('edits outlive the page and go out once, even if the server had them already', async () => {
    const factory = new IDBFactory();
    const log = start();
    const before = open(log, { kept: await KeptEdits.open('ada', 'i', 0, factory) });
    before.api.loseAnswer = true;
    before.session.apply(moveTo('a', 1, 0));
    await before.clock.pass(400);
    before.session.apply(moveTo('a', 2, 0));
    before.session.apply({ removed: ['b'] });
    await before.session.undo();
    expect([log.head, before.session.state.pending]).toEqual([1, 2]);

    const { session } = open(log, { kept: await KeptEdits.open('ada', 'i', 0, factory) });
    await session.begin(new Page());
    expect([session.state.name, log.entries.length, sameObjects(session, log)]).toEqual(['saved', 2, true]);
    expect(placeOf(session, 'a')).toEqual([2, 0]);
    expect(await (await KeptEdits.open('ada', 'i', 0, factory)).load()).toEqual([]);
    await session.undo();
    await session.undo();
    expect([placeOf(session, 'a'), session.canUndo]).toEqual([[0, 0], false]);
  });

  test('edits of one account, image or frame are never those of another', async () => {
    const factory = new IDBFactory();
    const log = start();
    const { session, api } = open(log, { kept: await KeptEdits.open('ada', 'i', 0, factory) });
    api.isReachable = false;
    session.apply(moveTo('a', 1, 0));
    await (await KeptEdits.open('ada', 'i', 0, factory)).load();
    for (const place of [['bob', 'i', 0], ['ada', 'j', 0], ['ada', 'i', 1]]) {
      expect(await (await KeptEdits.open(...place, factory)).load()).toEqual([]);
    }
    expect((await (await KeptEdits.open('ada', 'i', 0, factory)).load()).length).toBe(1);
  });

  test('what the server had before a reload does not hide what others did since', async () => {
    const factory = new IDBFactory();
    const log = start();
    const before = open(log, { kept: await KeptEdits.open('ada', 'i', 0, factory) });
    before.api.loseAnswer = true;
    before.session.apply(moveTo('a', 1, 0));
    await before.clock.pass(400);
    const bob = open(log, { user: 'bob' });
    bob.session.apply(moveTo('a', 7, 7));
    await bob.clock.pass(400);

    const { session } = open(log, { kept: await KeptEdits.open('ada', 'i', 0, factory) });
    await session.begin(new Page());
    expect([session.state.name, placeOf(session, 'a'), log.head]).toEqual(['saved', [7, 7], 2]);
  });

  test('a browser that keeps nothing is no obstacle', async () => {
    expect(await KeptEdits.open('ada', 'i', 0, null)).toBeNull();
  });
});
