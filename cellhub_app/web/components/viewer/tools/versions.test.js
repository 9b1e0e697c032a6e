import { expect, test } from 'bun:test';
import { allOf, versionsOf, versionWords } from './versions.js';

const object = (areaPx, ...rings) => ({ areaPx, rings });
const CONFLICTS = [{ id: 'a', mine: [object(100, [1])], theirs: [] }, { id: 'b', mine: [object(50, [2]), object(60, [3])], theirs: [object(70, [4])] }];

test('both versions are drawn, mine over theirs', () => {
  expect(versionsOf(CONFLICTS).map(({ kind, rings }) => [kind, rings[0][0]])).toEqual([['mine', 1], ['theirs', 4], ['mine', 2], ['mine', 3]]);
});

test('versions are told by what became of the object', () => {
  expect(versionWords('they', [])).toBe('Theirs: deleted');
  expect(versionWords('you', CONFLICTS[0].mine)).toBe('Mine: 100 px²');
  expect(versionWords('you', CONFLICTS[1].mine)).toBe('Mine: 2 objects, 110 px²');
});

test('one choice can be made for all', () => {
  expect(allOf(CONFLICTS, 'mine')).toEqual({ a: 'mine', b: 'mine' });
});
