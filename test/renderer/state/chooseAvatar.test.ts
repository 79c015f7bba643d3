import { expect, test } from 'vitest';
import { choosing } from '../../../src/renderer/state/chooseAvatar.ts';

const none = { fa: null, en: null };
const woman = { id: 'woman', voices: { fa: 'fa-woman', en: 'en-woman' } };
const man = { id: 'man', voices: { fa: 'fa-man', en: null } };

test('a face brings its voices where the project has none of its own', () => {
  expect(choosing({ voices: none }, woman)).toEqual({ avatarId: 'woman', voices: woman.voices });
});

test('the next face’s take their place, also by none', () => {
  expect(choosing({ voices: woman.voices }, man, woman)).toEqual({ avatarId: 'man', voices: man.voices });
});

test('a voice that was chosen for the project stays, language by language', () => {
  expect(choosing({ voices: { fa: 'mine', en: 'en-woman' } }, man, woman).voices).toEqual({ fa: 'mine', en: null });
  expect(choosing({ voices: woman.voices }, man).voices).toEqual(woman.voices);
});
