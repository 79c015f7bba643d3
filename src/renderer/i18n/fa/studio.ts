import type { Words } from '../words.ts';
import type { studio as english } from '../en/studio.ts';

export const studio: Words<typeof english> = {};
