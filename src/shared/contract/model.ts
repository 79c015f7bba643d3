/** Models: lip-sync and face networks. */
import { z } from 'zod';
import { count, id, sentence } from './common.ts';

export const modelRow = z.object({
  id,
  kind: z.string(),
  installed: z.boolean(),
  origin: z.enum(['shipped', 'imported', 'known']),
  licence: z.string(),
  source: z.string(),
  /** It can be fetched on a click. */
  fetchable: z.boolean(),
  isDefault: z.boolean(),
  sizeBytes: count.nullable(),
  sha256: z.string().nullable(),
});
export type ModelRow = z.infer<typeof modelRow>;

export const modelVerdict = z.object({ id, ok: z.boolean(), problem: sentence.nullable() });

/** Who imports or fetches has read the licence and says so. */
export const acceptedLicence = z.literal(true, { error: 'the licence must be accepted first' });
