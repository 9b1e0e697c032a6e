import { describe, expect, test } from 'bun:test';
import { IDBFactory } from 'fake-indexeddb';
import { dice, square } from '../shapes/shapes.fixture.js';
import { KeptEdits } from './kept.js';
import { Clock, Log, sameObjects } from './log.fixture.js';
import { followNews } from './news.js';
import { EditRefused, EditSession } from './session.js';

const object = (id, x = 0, y = 0) => ({ id, parents: [], rings: [square(x, y, 5)], classId: 0, score: 0.9, doubt: 0.1, areaPx: 25 });
const moveTo = (id, x, y) => ({ removed: [id], added: [{ id, rings: [square(x, y, 5)] }], note: 'Move' });
const placeOf = (session, id) => [...session.objects.get(id).rings[0].slice(0, 2)];
const start = () => new Log([object('a'), object('b', 10), object('c', 20)]);

function open(log, { user = 'ada', kept = null, api = log.asSeenBy(user) } = {}) {
  const clock = new Clock();
  const session = new EditSession({ imageId: 'i', api, revision: log.head, objects: log.all, kept, userId: user, clock });
  return { session, api, clock };
}

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

describe('others', () => {
  /** Ada and Bob at one image, Bob's edit saved. */
  async function afterBob(edit, mine, { isOffline = false } = {}) {
    const log = start();
    const [ada, bob] = [open(log), open(log, { user: 'bob' })];
    ada.api.isReachable = !isOffline;
    if (mine) ada.session.apply(mine);
    bob.session.apply(edit);
    await bob.clock.pass(400);
    ada.api.isReachable = true;
    return { log, ada, bob };
  }

  test('their edits are shown as soon as there is news of them', async () => {
    const { log, ada } = await afterBob(moveTo('a', 7, 7));
    await ada.session.hear(1);
    expect([placeOf(ada.session, 'a'), ada.session.revision, sameObjects(ada.session, log)]).toEqual([[7, 7], 1, true]);
    ada.session.take({ revision: 2, removed: ['b'], added: [object('e', 40)] });
    expect([[...ada.session.objects.keys()].sort(), ada.session.revision]).toEqual([['a', 'c', 'e'], 2]);
  });

  test('the server tells of them, and after a break in the line what was missed is asked for', async () => {
    const { log, ada, bob } = await afterBob(moveTo('a', 7, 7));
    const events = Object.assign(new EventTarget(), { close() { this.isClosed = true; } });
    const tell = (type, told) => events.dispatchEvent(Object.assign(new Event(type), { data: JSON.stringify(told) }));
    ada.session.follow(events);
    tell('annotationsChanged', { imageId: 'other', frame: 0, revision: 9 });
    tell('annotationsChanged', { imageId: 'i', frame: 1, revision: 9 });
    await ada.clock.pass(0);
    expect(ada.session.revision).toBe(0);
    tell('annotationsChanged', { imageId: 'i', frame: 0, revision: 1 });
    await ada.clock.pass(0);
    expect([placeOf(ada.session, 'a'), ada.session.revision]).toEqual([[7, 7], 1]);
    bob.session.apply(moveTo('b', 8, 8));
    await bob.clock.pass(400);
    tell('ready', {});
    await ada.clock.pass(0);
    expect(sameObjects(ada.session, log)).toBe(true);
    bob.session.apply(moveTo('c', 9, 9));
    await bob.clock.pass(400);
    tell('segmentationStatus', { imageId: 'i', status: 'running' });
    tell('segmentationStatus', { imageId: 'i', frame: 1, status: 'succeeded', revision: 3 });
    tell('segmentationStatus', { imageId: 'i', status: 'succeeded' });
    await ada.clock.pass(0);
    expect(ada.session.revision).toBe(2);
    tell('segmentationStatus', { imageId: 'i', status: 'succeeded', revision: 3 });
    await ada.clock.pass(0);
    expect(sameObjects(ada.session, log)).toBe(true);
    await ada.session.end();
    expect(events.isClosed).toBe(true);
  });

  test('a run may have been over all planes, so each asks whether it has a newer revision', () => {
    const events = Object.assign(new EventTarget(), { close() {} });
    const heard = [];
    const end = followNews(events, { imageId: 'i', frame: 2 }, { hear: revision => heard.push(revision), ask: () => heard.push('ask') });
    const tell = told => events.dispatchEvent(Object.assign(new Event('segmentationStatus'), { data: JSON.stringify(told) }));
    tell({ imageId: 'other', status: 'succeeded', revision: 3 });
    tell({ imageId: 'i', frame: 1, status: 'succeeded', revision: 3 });
    tell({ imageId: 'i', status: 'running' });
    expect(heard).toEqual([]);
    tell({ imageId: 'i', status: 'succeeded', revision: 3 });
    tell({ imageId: 'i', frame: 2, status: 'succeeded', revision: 4 });
    expect(heard).toEqual(['ask', 4]);
    end();
  });

  test('edits of other objects meet without a conflict', async () => {
    const { log, ada } = await afterBob(moveTo('a', 7, 7), moveTo('b', 1, 1));
    await ada.clock.pass(2000);
    expect([ada.session.state.name, placeOf(ada.session, 'a'), sameObjects(ada.session, log)]).toEqual(['saved', [7, 7], true]);
    ada.session.apply(moveTo('b', 2, 2));
    await ada.clock.pass(2000);
    expect([ada.session.state.name, sameObjects(ada.session, log)]).toEqual(['saved', true]);
  });

  test.each(['event', 'refusal'])('a conflict that shows by %p has both versions, and mine can stay', async way => {
    const { log, ada, bob } = await afterBob(moveTo('a', 7, 7), moveTo('a', 1, 1));
    if (way === 'event') await ada.session.hear(1);
    await ada.clock.pass(2000);
    const [conflict] = ada.session.state.conflicts;
    expect([ada.session.state.name, ada.session.state.pending, log.head]).toEqual(['conflict', 1, 1]);
    expect([conflict.id, conflict.mine[0].rings[0][0], conflict.theirs[0].rings[0][0]]).toEqual(['a', 1, 7]);
    ada.session.resolve({ a: 'mine' });
    await ada.clock.pass(2000);
    expect([ada.session.state.name, placeOf(ada.session, 'a'), sameObjects(ada.session, log)]).toEqual(['saved', [1, 1], true]);
    await bob.session.hear(log.head);
    expect(placeOf(bob.session, 'a')).toEqual([1, 1]);
  });

  test('theirs can stay, and what builds on mine goes with it', async () => {
    const { log, ada } = await afterBob({ removed: ['a'] }, { removed: ['a'], added: [{ id: 'd', parents: ['a'], rings: [square(1, 1, 5)] }] });
    ada.session.apply(moveTo('d', 3, 3));
    ada.session.apply(moveTo('b', 4, 4));
    await ada.clock.pass(2000);
    expect(ada.session.state.conflicts.map(({ id, mine, theirs }) => [id, mine[0].id, theirs])).toEqual([['a', 'd', []]]);
    ada.session.resolve({ a: 'theirs' });
    await ada.clock.pass(2000);
    expect([[...ada.session.objects.keys()], placeOf(ada.session, 'b'), ada.session.state.name]).toEqual([['c', 'b'], [4, 4], 'saved']);
    expect(sameObjects(ada.session, log)).toBe(true);
    await ada.session.undo();
    expect([placeOf(ada.session, 'b'), ada.session.canUndo]).toEqual([[10, 0], false]);
  });

  test('an object that they deleted can stay', async () => {
    const { log, ada } = await afterBob({ removed: ['a'] }, moveTo('a', 1, 1));
    await ada.clock.pass(2000);
    ada.session.resolve({ a: 'mine' });
    await ada.clock.pass(2000);
    expect([placeOf(ada.session, 'a'), sameObjects(ada.session, log)]).toEqual([[1, 1], true]);
  });

  test('a step whose objects somebody changed since is not undone', async () => {
    const log = start();
    const [ada, bob] = [open(log), open(log, { user: 'bob' })];
    ada.session.apply(moveTo('a', 1, 1));
    await ada.clock.pass(400);
    await bob.session.hear(1);
    bob.session.apply(moveTo('a', 7, 7));
    await bob.clock.pass(400);
    await ada.session.hear(2);
    await expect(ada.session.undo()).rejects.toThrow('Somebody else has changed this');
    expect([placeOf(ada.session, 'a'), ada.session.canUndo]).toEqual([[7, 7], false]);
  });

  test('news of an own edit before its answer is no news', async () => {
    const log = start();
    const { session, api, clock } = open(log);
    api.loseAnswer = true;
    session.apply(moveTo('a', 1, 1));
    await clock.pass(400);
    api.isReachable = true;
    await session.hear(1);
    expect([session.state.name, placeOf(session, 'a'), log.saves.length, sameObjects(session, log)]).toEqual(['saved', [1, 1], 1, true]);
  });

  test('two people editing at random end with what the server has, and nothing silently lost', async () => {
    const roll = dice(42);
    const log = new Log(Array.from({ length: 6 }, (_, i) => object(`o${i}`, 10 * i)));
    const people = ['ada', 'bob'].map(user => open(log, { user }));
    for (let round = 0; round < 200; round++) {
      const { session, clock, api } = people[Math.floor(2 * roll())];
      const ids = [...session.objects.keys()];
      const [id, what] = [ids[Math.floor(ids.length * roll())], roll()];
      if (what < 0.4) session.apply(moveTo(id, Math.floor(90 * roll()), Math.floor(90 * roll())));
      else if (what < 0.5) session.apply({ removed: [], added: [{ id: `n${round}`, rings: [square(round, 0, 5)] }] });
      else if (what < 0.6 && ids.length > 3) session.apply({ removed: [id] });
      else if (what < 0.7) await session.undo().catch(error => expect(error).toBeInstanceOf(EditRefused));
      else if (what < 0.75) api.isReachable = !api.isReachable;
      else if (api.isReachable) await session.hear(log.head);
      await clock.pass(200);
      const choice = () => (roll() < 0.5 ? 'mine' : 'theirs');
      if (session.state.name === 'conflict') session.resolve(Object.fromEntries(session.state.conflicts.map(conflict => [conflict.id, choice()])));
    }
    for (const { session, clock, api } of [...people, ...people]) {
      api.isReachable = true;
      for (let i = 0; i < 5 && session.state.name !== 'saved'; i++) {
        await clock.pass(40_000);
        session.resolve(Object.fromEntries(session.state.conflicts.map(({ id }) => [id, 'mine'])));
        await clock.pass(40_000);
      }
      await session.hear(log.head);
    }
    for (const { session } of people) expect([session.state.name, sameObjects(session, log)]).toEqual(['saved', true]);
    expect(log.head).toBeGreaterThan(60);
  });
});
