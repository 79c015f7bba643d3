import type { Words } from '../words.ts';
import type { settings as english } from '../en/settings.ts';

export const settings: Words<typeof english> = {};
