import { describe, expect, it } from 'vitest';
import { parseBackground } from '../../../src/engine/avatar/background.ts';
import { projectSchema } from '../../../src/shared/contract/project.ts';
import { ASPECTS, aspectOf, backgroundOf, backgroundText, sizeFor, sizesOf, type Background } from '../../../src/renderer/features/studio/inspector/frames.ts';

describe('formats and sizes', () => {
  it('every size that is offered can be rendered and is of its format', () => {
    for (const aspect of ASPECTS) {
      for (const size of sizesOf(aspect, null)) {
        expect(projectSchema.shape.size.safeParse(size).success).toBe(true);
        expect(aspectOf(size)).toBe(aspect);
      }
    }
  });

  it('another format keeps the number of lines', () => {
    expect(sizeFor('tall', { width: 1920, height: 1080 })).toEqual({ width: 1080, height: 1920 });
    expect(sizeFor('wide', { width: 1080, height: 1080 })).toEqual({ width: 1920, height: 1080 });
    expect(sizeFor('wide', null)).toEqual({ width: 1280, height: 720 });
    expect(sizeFor('own', { width: 1280, height: 720 })).toBeNull();
  });

  it('a size that was set elsewhere can still be seen', () => {
    expect(sizesOf('wide', { width: 800, height: 600 })).toContainEqual({ width: 800, height: 600 });
  });
});

describe('backgrounds', () => {
  it.each<Background>([{ kind: 'keep' }, { kind: 'blur', amount: 0.7 }, { kind: 'colour', colour: '#00b140' }, { kind: 'picture', file: 'upload:1' }])('%o is read as it was written, here and in the engine', (background) => {
    const text = backgroundText(background);
    expect(backgroundOf(text)).toEqual(background);
    expect(parseBackground(text).kind).toBe(background.kind);
  });

  it('reads the other spellings of the command line', () => {
    expect(backgroundOf('blur')).toMatchObject({ kind: 'blur' });
    expect(backgroundOf('colour:#00B140')).toEqual({ kind: 'colour', colour: '#00b140' });
    expect(backgroundOf('picture: /home/me/a: b.png ')).toEqual({ kind: 'picture', file: '/home/me/a: b.png' });
  });
});
