/** Which takes stand together in the history. */
import { expect, test } from 'vitest';
import { rowsOf, versionsOf } from '../../../src/renderer/features/takes/versions.ts';
import { take } from './take.ts';

test('takes of a project, and takes made of each other, are versions of one script; others stand alone', () => {
  const takes = [
    take('e', { parentId: 'd' }), take('p2', { projectId: 'p' }), take('alone'), take('d', { parentId: 'c' }), take('p1', { projectId: 'p' }), take('c'),
  ];
  expect(versionsOf(takes).map((group) => group.takes.map(({ id }) => id))).toEqual([['e', 'd', 'c'], ['p2', 'p1'], ['alone']]);
});

test('a child of a project’s take belongs to it; one whose parent is gone stands with its brothers', () => {
  const takes = [take('child', { parentId: 'p1' }), take('b', { parentId: 'gone' }), take('p1', { projectId: 'p' }), take('a', { parentId: 'gone' })];
  expect(versionsOf(takes).map((group) => group.takes.map(({ id }) => id))).toEqual([['child', 'p1'], ['b', 'a']]);
  // A circle, which only a damaged index could tell of, ends.
  expect(versionsOf([take('x', { parentId: 'y' }), take('y', { parentId: 'x' })])).toHaveLength(2);
});

test('older versions are rows only where their group is open', () => {
  const groups = versionsOf([take('b', { parentId: 'a' }), take('a'), take('z')]);
  expect(rowsOf(groups, new Set()).map(({ take: { id }, versions }) => [id, versions])).toEqual([['b', 2], ['z', 1]]);
  expect(rowsOf(groups, new Set([groups[0].key])).map(({ take: { id }, isOlder }) => [id, isOlder])).toEqual([['b', false], ['a', true], ['z', false]]);
});
