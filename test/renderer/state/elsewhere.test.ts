/** Whether two documents of a project say the same, whatever their files are called today. */
import { expect, test } from 'vitest';
import { isSameWork, savedElsewhere, savedElsewhereAt } from '../../../src/renderer/state/elsewhere.ts';
import type { Project } from '../../../src/shared/contract/project.ts';

const PROJECT: Project = {
  version: 1, id: 'a', name: 'Lesson', segments: [{ text: 'سلام.' }], avatarId: null, voices: { fa: null, en: null }, rate: 1, pitch: 1, audio: { file: 'upload:1', name: 'voice.wav' }, model: null, fps: null,
  size: null, background: 'picture:upload:2', idle: true, quality: 'live', lexicon: [], takeIds: [], marks: [], batch: [],
};

test('the same work under other names of its files is the same', () => {
  const { name, ...rest } = PROJECT;
  expect(isSameWork(PROJECT, { ...rest, name, audio: { name: 'voice.wav', file: 'upload:3' }, background: 'picture:upload:4' })).toBe(true);
});

test.each<Partial<Project>>([{ segments: [{ text: 'سلام!' }] }, { audio: null }, { audio: { file: 'upload:1', name: 'other.wav' } }, { background: 'keep' }, { takeIds: ['take'] }])('%o is another', (change) => {
  expect(isSameWork(PROJECT, { ...PROJECT, ...change })).toBe(false);
});

test('only a refusal for another version tells its time', () => {
  expect(savedElsewhereAt(savedElsewhere('2026-01-01T00:00:00.000Z'))).toBe('2026-01-01T00:00:00.000Z');
  expect(savedElsewhereAt(new Error('The disk is full.'))).toBeNull();
});
