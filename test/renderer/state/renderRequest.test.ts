import { describe, expect, it } from 'vitest';
import { parse } from '../../../src/shared/contract/common.ts';
import type { Project } from '../../../src/shared/contract/project.ts';
import { renderRequest } from '../../../src/shared/contract/request.ts';
import { createPlanner } from '../../../src/engine/voice/plan.ts';
import { findVoice } from '../../../src/engine/voice/catalogue.ts';
import { requestOf } from '../../../src/renderer/state/renderRequest.ts';

const first: Project = {
  version: 1, id: 'p', name: 'P', segments: [{ text: 'سلام! من سیما هستم. Hello there, how are you?' }], avatarId: 'abcd', voices: { fa: null, en: null }, rate: 1, pitch: 1, audio: null,
  model: null, fps: null, size: null, background: 'keep', idle: true, quality: 'live', lexicon: [], takeIds: [], marks: [], batch: [],
};
const planOf = ({ segments, rate, pitch }: Project) => createPlanner()({ segments, rate, pitch }, { findVoice });
const valid = (request: unknown) => parse(renderRequest, request, 'request');

describe('what is asked of the studio', () => {
  it('is the script as it is where nothing is special', () => {
    const request = requestOf(first, 'abcd', null);
    expect(valid(request).script).toBe(first.segments[0].text);
    expect(request.segments).toBeUndefined();
  });

  it('gives each language its voice, and a segment’s own goes before it', async () => {
    const project: Project = { ...first, voices: { fa: 'espeak-fa-woman', en: null }, segments: [{ text: 'سلام! ' }, { text: 'من سیما هستم. ', voice: 'espeak-fa-man-2', rate: 1.5 }, { text: 'Hello there.' }] };
    const { segments } = valid(requestOf(project, 'abcd', await planOf(project)));
    expect(segments).toEqual([{ text: 'سلام! ', voice: 'espeak-fa-woman' }, { text: 'من سیما هستم. ', voice: 'espeak-fa-man-2', rate: 1.5 }, { text: 'Hello there.' }]);
  });

  it('is one voice and one script where all segments have the same', async () => {
    const project: Project = { ...first, segments: [{ text: 'سلام! حال شما چطور است؟' }], voices: { fa: 'espeak-fa-woman', en: 'espeak-en-gb' } };
    expect(valid(requestOf(project, 'abcd', await planOf(project)))).toMatchObject({ script: project.segments[0].text, voice: 'espeak-fa-woman' });
  });

  it('keeps pieces with a voice of their own, without any plan', () => {
    const segments = [{ text: 'One. ' }, { text: 'Two.', voice: 'espeak-en-gb' }];
    expect(valid(requestOf({ ...first, segments }, 'abcd', null)).segments).toEqual(segments);
  });

  it('follows the recording instead of the script', () => {
    const request = valid(requestOf({ ...first, audio: { file: 'upload:1', name: 'me.wav' }, voices: { fa: 'espeak-fa-woman', en: null } }, 'abcd', null));
    expect(request).toMatchObject({ audio: 'upload:1' });
    expect(request).not.toHaveProperty('transcript');
    expect(valid(requestOf({ ...first, audio: { file: 'upload:1', name: 'me.wav', asRecorded: true, transcript: 'سلام' } }, 'abcd', null))).toMatchObject({ audio: 'upload:1', asRecorded: true, transcript: 'سلام' });
    expect(request.script ?? request.segments).toBeUndefined();
  });

  it('carries every setting of the picture', () => {
    const settings = { fps: 30, size: { width: 1280, height: 720 }, background: 'blur:0.7', idle: false, quality: 'final', model: 'rig', rate: 1.2, pitch: 0.9 } as const;
    expect(valid(requestOf({ ...first, ...settings, lexicon: [{ lang: 'fa', word: 'سیما', say: 'سی ما' }] }, 'abcd', null))).toMatchObject({ ...settings, lexicon: [{ word: 'سیما' }] });
  });
});
