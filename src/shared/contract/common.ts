/** What the parts of the contract share. */
import { z } from 'zod';
import { ERROR_CODES, StudioError } from '../errors.ts';

export const id = z.string().min(1).max(200);
/** For people to read; in English, where it cannot be built from a code and figures. */
export const sentence = z.string();
export const count = z.int().min(0);
/** ISO 8601. */
export const time = z.string();
export const lang = z.enum(['fa', 'en']);
/** By language; null: that language's default. */
export const chosenVoices = z.strictObject({ fa: z.string().max(200).nullable(), en: z.string().max(200).nullable() });
export const errorDataSchema = z.object({ code: z.enum(ERROR_CODES), message: sentence, details: z.unknown().optional() });

/** An upload's id (`upload:…`), or a path where the host may read the user's files. */
export const file = z.string().min(1).max(4096);

/** Parses untrusted input; the error names each field that is wrong and what would be right. */
export function parse<S extends z.ZodType>(schema: S, input: unknown, what: string): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join('.') || what}: ${issue.message}`);
  throw new StudioError('invalid-input', `${what} cannot be used: ${faults.join('; ')}.`, { details: { issues: faults } });
}
