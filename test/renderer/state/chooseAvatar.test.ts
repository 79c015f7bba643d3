import { expect, test } from 'vitest';
import { choosing } from '../../../src/renderer/state/chooseAvatar.ts';

const none = { fa: null, en: null };
const woman = { id: 'woman', voices: { fa: 'fa-woman', en: 'en-woman' } };
const man = { id: 'man', voices: { fa: 'fa-man', en: null } };
const both = [woman, man];

test('a face brings its voices where the project has none of its own', () => {
  expect(choosing({ avatarId: null, voices: none }, woman, both)).toEqual({ avatarId: 'woman', voices: woman.voices });
});

test('the next face’s take their place, also by none', () => {
  expect(choosing({ avatarId: 'woman', voices: woman.voices }, man, both)).toEqual({ avatarId: 'man', voices: man.voices });
});

test('a voice that was chosen for the project stays, language by language', () => {
  expect(choosing({ avatarId: 'woman', voices: { fa: 'mine', en: 'en-woman' } }, man, both).voices).toEqual({ fa: 'mine', en: null });
  expect(choosing({ avatarId: 'gone', voices: woman.voices }, man, both).voices).toEqual(woman.voices);
});
