/** What MediaSource must be told of a take's MP4 before its first byte. */

const AAC_LC = 'mp4a.40.2';
const AVC_CONFIGURATION = [0x61, 0x76, 0x63, 0x43]; // 'avcC'

/** `video/mp4; codecs="avc1.PPCCLL, mp4a.40.2"`, with profile and level from the header's avcC box. null: it holds none. */
export function mimeTypeOf(header: Uint8Array): string | null {
  for (let at = 4; at + 8 <= header.length; at++) {
    if (!AVC_CONFIGURATION.every((byte, i) => header[at + i] === byte)) continue;
    // After the name: version 1, then profile, constraints and level.
    const [version, ...profile] = header.subarray(at + 4, at + 8);
    if (version === 1) return `video/mp4; codecs="avc1.${profile.map((byte) => byte.toString(16).padStart(2, '0')).join('')}, ${AAC_LC}"`;
  }
  return null;
}
