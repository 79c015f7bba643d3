/** What a take is made of: every field says its unit and range. */
import { z } from 'zod';
import { lang } from './common.ts';
import { loudnessLufs } from './recording.ts';

/** Most characters in one script. About two hours of speech. */
export const MAX_SCRIPT_CHARACTERS = 100_000;

export const QUALITIES = ['live', 'final'] as const;
export type Quality = (typeof QUALITIES)[number];

/** 0.5 to 2; 1 is the voice's own. */
const factor = z.number().min(0.5, 'must be 0.5 to 2').max(2, 'must be 0.5 to 2');

/** A piece of a script with a voice of its own; joined, the pieces' texts are the script. Fields that are left out are those of the request. */
export const scriptSegment = z.strictObject({ text: z.string().max(MAX_SCRIPT_CHARACTERS), voice: z.string().max(200).optional(), rate: factor.optional(), pitch: factor.optional() });
export type ScriptSegment = z.output<typeof scriptSegment>;

/** How the user wants a word to be said: another spelling (`say`), or IPA (`phonemes`); exactly one. */
export const lexiconEntry = z
  .strictObject({ lang, word: z.string().trim().min(1).max(100), say: z.string().trim().min(1).max(300).optional(), phonemes: z.string().trim().min(1).max(300).optional() })
  .refine(({ say, phonemes }) => (say === undefined) !== (phonemes === undefined), { error: 'give either say or phonemes', path: ['say'] });
export type LexiconEntry = z.output<typeof lexiconEntry>;
export const lexicon = z.array(lexiconEntry).max(20_000);

const besides = z.array(z.string().min(1).max(100)).max(200).optional();
/** One that applies to a text: the user's, or the starter lexicon's, which may hold only where one of those words stands right before it or right after it. */
export const appliedEntry = lexiconEntry.safeExtend({ starter: z.literal(true).optional(), before: besides, after: besides });
export type AppliedEntry = z.output<typeof appliedEntry>;

/** What silences are named by: the punctuation that is written there. `semicolon` is the colon, too. */
export const PAUSE_KINDS = ['comma', 'dash', 'semicolon', 'sentence', 'ellipsis', 'paragraph'] as const;
export type PauseKind = (typeof PAUSE_KINDS)[number];
/** Milliseconds at normal rate. Inside a sentence about what eSpeak makes of them by itself. */
export const USUAL_PAUSES_MS: Readonly<Record<PauseKind, number>> = { comma: 180, dash: 220, semicolon: 260, sentence: 350, ellipsis: 500, paragraph: 600 };
export const MOST_PAUSE_MS = 5000;
const pauseMs = z.int().min(0, 'must be 0 to 5000').max(MOST_PAUSE_MS, 'must be 0 to 5000').optional();
export const pausesMs = z.strictObject({ comma: pauseMs, dash: pauseMs, semicolon: pauseMs, sentence: pauseMs, ellipsis: pauseMs, paragraph: pauseMs });
export type PausesMs = z.output<typeof pausesMs>;

export const renderRequest = z
  .strictObject({
    /** A photo or clip file, or the id of a registered avatar (or its beginning, at least 4 characters). */
    avatar: z.string().min(1, 'name a photo, a clip or an avatar'),
    /** Which face, from 1, left to right; needed only where there are several. */
    face: z.int().min(1, 'faces count from 1').optional(),
    /** Exactly one of script (text to speak), segments (the same, in pieces with voices of their own) and audio (a recording to follow). */
    script: z.string().optional(),
    segments: z.array(scriptSegment).min(1).max(5000).optional(),
    audio: z.string().optional(),
    /** The recording as it is: its silence, its noise and its loudness stay. */
    asRecorded: z.boolean().optional(),
    /** What the recording is brought to, LUFS; the studio's setting unless given. */
    loudnessLufs: loudnessLufs.optional(),
    /** What is said in the recording, for subtitles. */
    transcript: z.string().max(MAX_SCRIPT_CHARACTERS).optional(),
    /** The project's pronunciations: they go before the user's own. A take has all that apply to its text. */
    lexicon: z.array(appliedEntry).max(20_000).optional(),
    /** Silences by punctuation that are not the usual ones. */
    pauses: pausesMs.optional(),
    voice: z.string().optional(),
    /** Speed and pitch of the voice; 1 is its own. */
    rate: factor.default(1),
    pitch: factor.default(1),
    model: z.string().optional(),
    /** Frames per second. Default: 25 for a photo, a clip's own rate for a clip. */
    fps: z.number().min(10, 'must be 10 to 60').max(60, 'must be 10 to 60').optional(),
    /** Pixels, even. The picture is scaled to cover the frame, the face kept inside. Default: the source's own size. */
    size: z
      .strictObject({
        width: z.int().min(64, 'width must be 64 to 3840').max(3840, 'width must be 64 to 3840').multipleOf(2, 'width must be even'),
        height: z.int().min(64, 'height must be 64 to 3840').max(3840, 'height must be 64 to 3840').multipleOf(2, 'height must be even'),
      })
      .optional(),
    /** `keep`, `blur` or `blur:0.7`, a colour as `#00b140`, or `picture:FILE`. */
    background: z.string().default('keep'),
    /** Blinks and a breath of motion on photos. */
    idle: z.boolean().default(true),
    quality: z.enum(QUALITIES).default('live'),
  })
  .refine(({ script, segments, audio }) => [script, segments, audio].filter((given) => given !== undefined).length === 1, {
    error: 'give either a text to speak or a recording (audio), not both',
    path: ['script'],
  });

export type RenderRequest = z.output<typeof renderRequest>;

/** The file of a background `picture:FILE`; undefined where the background is none. */
export const backgroundFile = (background: string): string | undefined => /^\s*picture\s*:\s*(.*?)\s*$/is.exec(background)?.[1];
