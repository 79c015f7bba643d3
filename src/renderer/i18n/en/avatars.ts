export const avatars = {} as const;
