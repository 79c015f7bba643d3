import { useCall } from '../../studio/queries.ts';

/** All that the studio tells at once: the page searches and arranges them by itself. */
export const MOST_AVATARS = 1000;

/** All avatars, asked for once by everything on the page. */
export const useAvatars = () => useCall('avatars.list', { limit: MOST_AVATARS });
