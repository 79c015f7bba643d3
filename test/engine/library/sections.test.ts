/** The file of face data: what goes in comes out, and nothing else is ever taken for it. */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeFace, encodeFace } from '../../../src/engine/library/faceBlob.ts';
import { decodeSections, encodeSections, type Section } from '../../../src/engine/library/sections.ts';
import { StudioError } from '../../../src/shared/errors.ts';
import { prepareDrawn } from '../../campaign/avatars/synthetic.ts';

const SECTIONS: Section[] = [
  { name: 'noise', dims: [3, 5, 7], data: Uint8Array.from({ length: 105 }, (_, i) => (i * 7919) % 251) },
  { name: 'zeros', dims: [1000], data: new Float32Array(1000) },
  { name: 'doubles', dims: [2, 2], data: Float64Array.of(0.1, -1e300, NaN, Infinity) },
  { name: 'none', dims: [0, 4], data: new Int32Array(0) },
];
const FILE = encodeSections(SECTIONS);

/** The same bytes with their checksum made right again, as a forger would. */
function forged(change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(FILE);
  change(bytes);
  createHash('sha256').update(bytes.subarray(0, -32)).digest().copy(bytes, bytes.length - 32);
  return bytes;
}

function refused(bytes: Buffer, why: RegExp): void {
  expect(() => decodeSections(bytes, 'face.blob')).toThrow(StudioError);
  expect(() => decodeSections(bytes, 'face.blob')).toThrow(why);
}

describe('sections', () => {
  test('come back as they were, the compressible ones smaller', () => {
    expect([...decodeSections(FILE, 'face.blob').values()]).toEqual(SECTIONS);
    expect(FILE.length).toBeLessThan(1000);
  });
  test('any flipped bit, any cut, any addition is found', () => {
    fc.assert(fc.property(fc.nat(FILE.length - 1), fc.integer({ min: 0, max: 7 }), (at, bit) => {
      const bytes = Buffer.from(FILE);
      bytes[at] ^= 1 << bit;
      expect(() => decodeSections(bytes, 'face.blob')).toThrow(/^face\.blob is damaged/);
    }));
    fc.assert(fc.property(fc.nat(FILE.length - 1), (length) => {
      expect(() => decodeSections(FILE.subarray(0, length), 'face.blob')).toThrow(/^face\.blob is damaged/);
    }));
    refused(Buffer.concat([FILE, Buffer.alloc(8)]), /bytes long instead/);
  });
  test('a forged table is refused before anything is allocated', () => {
    refused(forged((bytes) => bytes.writeUInt16LE(2, 8)), /layout is version 2/);
    refused(forged((bytes) => bytes.writeUInt16LE(60_000, 10)), /table is cut off/);
    refused(forged((bytes) => bytes.writeUInt32LE(0xffff_fff0, 16 + 44)), /sizes of its section “noise”/); // raw size
    refused(forged((bytes) => bytes.writeUInt32LE(0xffff_fff0, 16 + 40)), /sizes of its section/); // stored size
    refused(forged((bytes) => bytes.writeUInt32LE(8, 16 + 36)), /sizes of its section/); // offset into the header
    refused(forged((bytes) => bytes.writeUInt8(9, 16 + 20)), /entry 0/); // type
    refused(forged((bytes) => bytes.write('zeros\0', 16, 'latin1')), /entry 1/); // a name twice
  });
  test('a section that unpacks to another size is refused', () => {
    const offset = FILE.readUInt32LE(16 + 48 + 36);
    refused(forged((bytes) => bytes.writeUInt32LE(0x7fff_ffff, offset)), /“zeros” cannot be unpacked/);
    refused(forged((bytes) => bytes.fill(0xff, offset + 4, offset + 10)), /“zeros” cannot be unpacked/);
  });
  test('forged bytes of any kind give a StudioError or sections, never anything else', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(FILE.length - 33), fc.nat(255)), { minLength: 1, maxLength: 6 }), (changes) => {
      try {
        decodeSections(forged((bytes) => changes.forEach(([at, value]) => (bytes[at] = value))), 'face.blob');
      } catch (error) {
        expect(error).toBeInstanceOf(StudioError);
      }
    }), { numRuns: 500 });
  });
});

describe('face data', () => {
  const source = fileURLToPath(import.meta.url);
  let blob: Buffer;
  let face: Awaited<ReturnType<typeof prepareDrawn>>;
  beforeAll(async () => {
    face = await prepareDrawn(source, { sourceHash: 'ab'.repeat(32), platesFile: '' });
    blob = encodeFace(face);
  });

  test('comes back number for number, rig and all', () => {
    const { data, bytes } = decodeFace(blob, 'face.blob', source);
    expect(data).toEqual({ ...face, thumbnail: new Uint8Array(face.thumbnail) });
    expect(blob.length).toBeLessThan(bytes);
  });
  test('plates without a face stay without one', () => {
    const [known] = face.avatar.faces;
    const clip = { ...face, avatar: { ...face.avatar, kind: 'clip' as const, fps: 25, faces: [null, known, null, known] }, crop: null, rig: null, durationSec: 0.16 };
    expect(decodeFace(encodeFace(clip), 'face.blob', source).data.avatar.faces).toEqual([null, known, null, known]);
  });
  test('sections that do not fit together are refused', () => {
    const sections = [...decodeSections(blob, 'face.blob').values()];
    const without = (name: string) => encodeSections(sections.filter((section) => section.name !== name));
    for (const name of ['meta', 'present', 'boxes', 'landmarks', 'mask.alpha', 'crop', 'thumbnail']) {
      expect(() => decodeFace(without(name), 'face.blob', source)).toThrow(/^face\.blob is damaged: its .* cannot be used/);
    }
    const fewer = sections.map((section) => (section.name === 'landmarks' ? { ...section, dims: [1, 467, 3], data: section.data.slice(0, 467 * 3) } : section));
    expect(() => decodeFace(encodeSections(fewer), 'face.blob', source)).toThrow(/landmarks/);
  });
});
