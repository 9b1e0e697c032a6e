import { expect, test } from 'bun:test';
import { newTabId, Presence } from './presence.js';

function scene() {
  const said = [];
  const clock = { beat: null, setInterval: action => { clock.beat = action; return 7; }, clearInterval: () => { clock.beat = null; } };
  const line = { attend: body => said.push(JSON.parse(body).objectId ?? 'here'), leave: () => said.push('gone') };
  return { said, clock, presence: new Presence(line, clock) };
}

test('whoever comes says so at once and with every beat', () => {
  const { said, clock, presence } = scene();
  presence.come();
  clock.beat();
  expect(said).toEqual(['here', 'here']);
});

test('another object is told at once, the same one only with the beat', () => {
  const { said, presence } = scene();
  presence.come();
  presence.attend('a', false);
  presence.attend('a', false);
  presence.attend('', true);
  expect(said).toEqual(['here', 'a', 'here']);
});

test('nothing is said before somebody comes or after they went', () => {
  const { said, clock, presence } = scene();
  presence.attend('a', true);
  presence.go();
  presence.come();
  presence.go();
  presence.attend('b', true);
  expect(said).toEqual(['a', 'gone']);
  expect(clock.beat).toBe(null);
});

test('a tab has an id also where randomUUID is missing', () => {
  const source = { getRandomValues: bytes => bytes.fill(255) };
  expect(newTabId(source)).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff');
});
