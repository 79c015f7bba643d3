import type { Words } from '../words.ts';
import type { meters as english } from '../en/meters.ts';

export const meters: Words<typeof english> = {};
