import { blurs, group } from './svg.ts';

/** The whole picture: a soft studio wall behind whatever is drawn, and the filters everything shares. */
export function studio(title: string, wall: { light: string; middle: string; dark: string }, definitions: readonly string[], layers: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="1024" height="1024" viewBox="0 0 1024 1024">
<title>${title}</title>
<defs>
${blurs([0.6, 1.2, 2, 3, 4, 6, 12, 24])}
<radialGradient id="wall" gradientUnits="userSpaceOnUse" cx="400" cy="360" r="860"><stop offset="0" stop-color="${wall.light}"/><stop offset=".5" stop-color="${wall.middle}"/><stop offset="1" stop-color="${wall.dark}"/></radialGradient>
${definitions.join('\n')}
</defs>
<rect width="1024" height="1024" fill="url(#wall)"/>
${group('', ...layers)}
</svg>
`;
}
