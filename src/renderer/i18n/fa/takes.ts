import type { Words } from '../words.ts';
import type { takes as english } from '../en/takes.ts';

export const takes: Words<typeof english> = {};
