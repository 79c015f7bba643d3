/** Face data as one file: its numbers as sections, the rest as one JSON section that refers to them. */
import { z } from 'zod';
import { StudioError } from '../../shared/errors.ts';
import { warningsOf, type FaceData } from '../avatar/bundle.ts';
import type { Face } from '../avatar/prepare.ts';
import type { Quality } from '../avatar/quality.ts';
import type { Rig } from '../avatar/rig/rig.ts';
import { decodeSections, encodeSections, type Section, type SectionArray } from './sections.ts';

const POINTS = 468;

const count = z.int().min(0);
const metaSchema = z.strictObject({
  preparation: count,
  avatar: z.strictObject({
    id: z.string(), kind: z.enum(['photo', 'clip']), width: count, height: count, fps: z.number().positive().nullable(), faceIndex: count, faceCount: count,
  }),
  durationSec: z.number().nullable(),
  mask: z.strictObject({ size: count, bounds: z.strictObject({ left: z.number(), top: z.number(), right: z.number(), bottom: z.number() }) }),
  cropSize: count.nullable(),
  /** The rig with each typed array replaced by the name of its section. */
  rig: z.unknown(),
  /** Words and numbers; the record has them checked. */
  quality: z.custom<Quality>((value) => typeof value === 'object' && value !== null && 'findings' in value && Array.isArray(value.findings)),
});
type Meta = z.infer<typeof metaSchema>;

/** The source's path is left out: it is known from where the blob lies. */
export function encodeFace(data: FaceData): Buffer {
  const { id, kind, width, height, fps, faceIndex, faceCount, faces } = data.avatar;
  const avatar = { id, kind, width, height, fps, faceIndex, faceCount };
  const known = faces.filter((face) => face !== null);
  const sections: Section[] = [
    { name: 'present', dims: [faces.length], data: Uint8Array.from(faces, (face) => (face ? 1 : 0)) },
    { name: 'boxes', dims: [known.length, 4], data: Float64Array.from(known.flatMap(({ box: { x, y, width, height } }) => [x, y, width, height])) },
    { name: 'scores', dims: [known.length], data: Float64Array.from(known, ({ score }) => score) },
    { name: 'landmarks', dims: [known.length, POINTS, 3], data: concatenated(known.map(({ landmarks }) => landmarks)) },
    { name: 'mask.alpha', dims: [data.mask.size, data.mask.size], data: data.mask.alpha },
    { name: 'mask.ring', dims: [data.mask.size, data.mask.size], data: data.mask.ring },
    { name: 'thumbnail', dims: [data.thumbnail.length], data: new Uint8Array(data.thumbnail) },
  ];
  if (data.crop) sections.push({ name: 'crop', dims: [3, data.crop.size, data.crop.size], data: data.crop.bgr });
  const meta: Meta = {
    preparation: data.preparation, avatar, durationSec: data.durationSec, mask: { size: data.mask.size, bounds: data.mask.bounds },
    cropSize: data.crop?.size ?? null, rig: withoutArrays(data.rig, 'rig', sections), quality: data.quality,
  };
  const text = new TextEncoder().encode(JSON.stringify(meta));
  return encodeSections([{ name: 'meta', dims: [text.length], data: text }, ...sections]);
}

/**
 * @param source the path of the kept source file
 * @returns the data and how many bytes of memory it takes
 * @throws StudioError io where anything is not as `encodeFace` writes it
 */
export function decodeFace(file: Buffer, fileName: string, source: string): { data: FaceData; bytes: number } {
  const sections = decodeSections(file, fileName);
  const damaged = (what: string): StudioError => new StudioError('io', `${fileName} is damaged: its ${what} cannot be used.`);
  const array = <T extends SectionArray>(name: string, kind: new (length: number) => T, dims: number[]): T => {
    const section = sections.get(name);
    if (!(section?.data instanceof kind) || section.dims.join() !== dims.join()) throw damaged(name);
    return section.data;
  };
  const text = sections.get('meta');
  const meta = metaOf(text?.data);
  if (!meta) throw damaged('description');
  const { preparation, durationSec, quality } = meta;
  const present = sections.get('present')?.data;
  if (!(present instanceof Uint8Array)) throw damaged('list of plates');
  const known = present.reduce((sum, flag) => sum + flag, 0);
  const boxes = array('boxes', Float64Array, [known, 4]);
  const scores = array('scores', Float64Array, [known]);
  const landmarks = array('landmarks', Float32Array, [known, POINTS, 3]);
  const { size } = meta.mask;
  let next = 0;
  const faces = Array.from(present, (flag): Face | null => {
    if (flag === 0) return null;
    const i = next++;
    return {
      box: { x: boxes[i * 4], y: boxes[i * 4 + 1], width: boxes[i * 4 + 2], height: boxes[i * 4 + 3] },
      score: scores[i],
      landmarks: landmarks.subarray(i * POINTS * 3, (i + 1) * POINTS * 3),
    };
  });
  const data: FaceData = {
    preparation, durationSec, quality,
    warnings: warningsOf(quality),
    avatar: { ...meta.avatar, source, faces },
    mask: { size, bounds: meta.mask.bounds, alpha: array('mask.alpha', Float32Array, [size, size]), ring: array('mask.ring', Float32Array, [size, size]) },
    crop: meta.cropSize === null ? null : { size: meta.cropSize, bgr: array('crop', Uint8Array, [3, meta.cropSize, meta.cropSize]) },
    // Its shape is what this preparation version's code wrote: the checksum and the version vouch for it.
    rig: withArrays(meta.rig, sections) as Rig | null,
    thumbnail: array('thumbnail', Uint8Array, sections.get('thumbnail')?.dims ?? []),
  };
  return { data, bytes: [...sections.values()].reduce((sum, section) => sum + section.data.byteLength, 0) };
}

function metaOf(bytes: SectionArray | undefined): Meta | null {
  try {
    return metaSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch {
    return null;
  }
}

function concatenated(parts: Float32Array[]): Float32Array {
  const all = new Float32Array(parts.length * POINTS * 3);
  for (const [i, part] of parts.entries()) all.set(part, i * POINTS * 3);
  return all;
}

const REFERENCE = '$section';

/** Plain data whose typed arrays are moved into sections. */
function withoutArrays(value: unknown, prefix: string, sections: Section[]): unknown {
  if (value instanceof Float32Array || value instanceof Uint8Array || value instanceof Int32Array || value instanceof Float64Array) {
    const name = `${prefix}.${sections.length}`;
    sections.push({ name, dims: [value.length], data: value });
    return { [REFERENCE]: name };
  }
  if (Array.isArray(value)) return value.map((item) => withoutArrays(item, prefix, sections));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutArrays(item, prefix, sections)]));
}

function withArrays(value: unknown, sections: ReadonlyMap<string, Section>): unknown {
  if (Array.isArray(value)) return value.map((item) => withArrays(item, sections));
  if (typeof value !== 'object' || value === null) return value;
  if (REFERENCE in value) return sections.get(String(value[REFERENCE]))?.data ?? null;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withArrays(item, sections)]));
}
