/**
 * Which files may come in: told from the name, the size and the first bytes, so that a wrong one is refused at once instead of after its upload.
 * The studio looks again (engine/avatar/picture.ts); here only what surely is no face is kept out.
 */

/** `photo` and `clip` come in; the others say why not. */
export type Verdict = 'photo' | 'clip' | 'empty' | 'too-large' | 'not-media' | 'unreadable';
export type Refusal = Exclude<Verdict, 'photo' | 'clip'>;

export const LARGEST_BYTES = { photo: 300e6, clip: 2 * 1024 ** 3 };
/** Enough for every mark that is looked for. */
const HEAD_BYTES = 512;
/** Containers that carry no clear mark at their beginning. */
const UNMARKED = /\.(ts|mts|m2ts|mpg|mpeg|vob|dv)$/i;

export const ACCEPT = 'image/jpeg,image/png,image/webp,image/gif,image/tiff,image/avif,image/heic,video/*,.mkv,.avi,.mts,.m2ts,.heic,.heif,.avif,.tif,.tiff';

export async function lookAt(file: File): Promise<Verdict> {
  let head: Uint8Array;
  try {
    head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  } catch {
    return 'unreadable'; // a folder, or a file that is gone or locked
  }
  if (head.length === 0) return 'empty';
  const kind = kindOf(head) ?? (UNMARKED.test(file.name) && isTransport(head) ? 'clip' : null);
  if (kind === null) return 'not-media';
  return file.size > LARGEST_BYTES[kind] ? 'too-large' : kind;
}

function kindOf(head: Uint8Array): 'photo' | 'clip' | null {
  const text = String.fromCharCode(...head.subarray(0, 64));
  const at = (from: number, to: number) => text.slice(from, to);
  if (text.startsWith('\xff\xd8\xff') || text.startsWith('\x89PNG\r\n') || text.startsWith('GIF8') || text.startsWith('II*\0') || text.startsWith('MM\0*')) return 'photo';
  if (text.startsWith('RIFF')) return at(8, 12) === 'WEBP' ? 'photo' : at(8, 12) === 'AVI ' ? 'clip' : null;
  if (at(4, 8) === 'ftyp') return /^(avi[fs]|hei[cxms]|hev[cxms]|mif1|msf1)/.test(at(8, 12)) ? 'photo' : /^M4[AB] /.test(at(8, 12)) ? null : 'clip';
  if (text.startsWith('\x1aE\xdf\xa3') || text.startsWith('OggS') || text.startsWith('FLV') || text.startsWith('0&\xb2u') || text.startsWith('\0\0\x01\xba')) return 'clip';
  return ['moov', 'mdat', 'wide', 'free'].includes(at(4, 8)) ? 'clip' : null;
}

/** Packets of 188 bytes (192 on some cameras) that begin with G; or an MPEG sequence header. */
function isTransport(head: Uint8Array): boolean {
  const every = (size: number, first: number) => head[first] === 0x47 && head[first + size] === 0x47;
  return every(188, 0) || every(192, 4) || (head[0] === 0 && head[1] === 0 && head[2] === 1 && head[3] === 0xb3);
}
