import type { Words } from '../words.ts';
import type { avatars as english } from '../en/avatars.ts';

export const avatars: Words<typeof english> = {};
