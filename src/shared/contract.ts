/**
 * What hosts may ask of the studio, checked once, here at the door. Every field says its unit and range; a refusal names
 * the field. Server and client types derive from these schemas.
 */
import { z } from 'zod';
import { StudioError } from './errors.ts';

/** Most characters in one script. About two hours of speech. */
export const MAX_SCRIPT_CHARACTERS = 100_000;

export { DEVICES } from './vocabulary.ts';
export const QUALITIES = ['live', 'final'] as const;
export type Quality = (typeof QUALITIES)[number];

export const renderRequest = z
  .strictObject({
    /** A photo or clip file, or the id of a registered avatar (or its beginning, at least 4 characters). */
    avatar: z.string().min(1, 'name a photo, a clip or an avatar'),
    /** Which face, from 1, left to right; needed only where there are several. */
    face: z.int().min(1, 'faces count from 1').optional(),
    /** Exactly one of script (text to speak) and audio (a recording to follow). */
    script: z.string().optional(),
    audio: z.string().optional(),
    voice: z.string().optional(),
    /** Speed and pitch of the voice; 1 is its own. */
    rate: z.number().min(0.5, 'must be 0.5 to 2').max(2, 'must be 0.5 to 2').default(1),
    pitch: z.number().min(0.5, 'must be 0.5 to 2').max(2, 'must be 0.5 to 2').default(1),
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
  .refine((request) => (request.script === undefined) !== (request.audio === undefined), {
    error: 'give either a text to speak or a recording (audio), not both',
    path: ['script'],
  });

export type RenderRequest = z.output<typeof renderRequest>;

/** Parses untrusted input; the error names each field that is wrong and what would be right. */
export function parse<S extends z.ZodType>(schema: S, input: unknown, what: string): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join('.') || what}: ${issue.message}`);
  throw new StudioError('invalid-input', `${what} cannot be used: ${faults.join('; ')}.`, { details: { issues: faults } });
}
