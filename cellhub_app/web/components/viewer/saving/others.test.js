import { describe, expect, test } from 'bun:test';
import { dice, square } from '../shapes/shapes.fixture.js';
import { Log, sameObjects } from './log.fixture.js';
import { followNews } from './news.js';
import { moveTo, object, open, placeOf, start } from './session.fixture.js';
import { EditRefused } from './session.js';

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
