/** Records kept as text with a checksum, so that one flipped bit is not believed. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { parse } from '../../shared/contract/common.ts';

const sealed = z.strictObject({ sha256: z.string(), record: z.unknown() });

const sumOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * The record as JSON with its checksum.
 * @param indent spaces per level
 * @throws StudioError invalid-input for values out of range, whose fields it names
 */
export function seal<S extends z.ZodType>(schema: S, record: z.input<S>, what: string, indent = 0): string {
  const checked = parse(schema, record, what); // also puts the fields into one order
  const text = JSON.stringify(checked);
  const sha256 = sumOf(text);
  return (indent === 0 ? `{"sha256":"${sha256}","record":${text}}` : JSON.stringify({ sha256, record: checked }, null, indent)) + '\n';
}

/** null where the text is not exactly what was sealed. What a later version adds to the schema does not break what an older one has sealed. */
export function unseal<S extends z.ZodType>(schema: S, text: string): z.output<S> | null {
  try {
    const { sha256, record } = sealed.parse(JSON.parse(text));
    return sumOf(JSON.stringify(record)) === sha256 ? schema.parse(record) : null;
  } catch {
    return null;
  }
}
