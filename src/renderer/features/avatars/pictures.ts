/** Addresses of an avatar's pictures, of the page's own origin (docs/PROTOCOL.md). */
export const thumbnailOf = (id: string): string => `/avatars/${id}/thumbnail.webp`;
export const pictureOf = (id: string, heightPx: number): string => `/avatars/${id}/picture.jpg?height=${heightPx}`;
