/**
 * A file of named typed arrays, little-endian, each section LZ4-compressed where that makes it smaller, with a checksum over all.
 *
 *     0  8 bytes   "SIMABLOB"
 *     8  u16       layout version
 *    10  u16       number of sections
 *    12  u32       size of the whole file
 *    16  48 bytes  per section: name (20 bytes ASCII, zero-padded), type u8, encoding u8, rank u8, 0, dims 3 × u32, offset u32,
 *                  stored bytes u32, raw bytes u32
 *     …  sections, each at a multiple of 8
 *   −32  sha256 over everything before
 */
import { createHash } from 'node:crypto';
import { compressSync, uncompressSync } from 'lz4-napi';
import { StudioError } from '../../shared/errors.ts';

const LAYOUT_VERSION = 1;
const MAGIC = 'SIMABLOB';
const HEADER_BYTES = 16;
const ENTRY_BYTES = 48;
const NAME_BYTES = 20;
const CHECKSUM_BYTES = 32;
const ALIGNMENT = 8;
/** 120 s at 60 fps are 40 MB of landmarks; more than this is no face data. */
const MAX_RAW_BYTES = 256 * 2 ** 20;
/** LZ4 cannot pack more than 255 bytes into one. */
const MAX_LZ4_RATIO = 255;

const TYPES = { u8: 1, i32: 4, f32: 4, f64: 8 } as const;
type TypeName = keyof typeof TYPES;
const TYPE_NAMES = Object.keys(TYPES) as TypeName[];
const ENCODINGS = ['raw', 'lz4'] as const;

export type SectionArray = Uint8Array | Int32Array | Float32Array | Float64Array;

export interface Section {
  /** 1 to 20 ASCII characters. */
  name: string;
  /** 1 to 3 sizes whose product is the array's length. */
  dims: number[];
  data: SectionArray;
}

interface Entry {
  name: string;
  type: TypeName;
  encoding: (typeof ENCODINGS)[number];
  dims: number[];
  offset: number;
  storedBytes: number;
  rawBytes: number;
}

const align = (offset: number): number => Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
const typeOf = (data: SectionArray): TypeName => (data instanceof Uint8Array ? 'u8' : data instanceof Int32Array ? 'i32' : data instanceof Float32Array ? 'f32' : 'f64');

/** Names must differ. The machine must be little-endian, as all that Node runs on here are. */
export function encodeSections(sections: readonly Section[]): Buffer {
  let offset = align(HEADER_BYTES + ENTRY_BYTES * sections.length);
  const stored = sections.map(({ name, dims, data }) => {
    if (!/^[\x21-\x7e]{1,20}$/.test(name) || dims.length < 1 || dims.length > 3 || dims.reduce((a, b) => a * b, 1) !== data.length) {
      throw new StudioError('bug', `The section “${name}” [${dims.join(', ')}] does not fit its ${data.length} values.`);
    }
    const raw = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const packed = compressSync(raw);
    const bytes = packed.length < raw.length ? packed : raw;
    const entry: Entry = { name, type: typeOf(data), encoding: bytes === raw ? 'raw' : 'lz4', dims, offset, storedBytes: bytes.length, rawBytes: raw.length };
    offset = align(offset + bytes.length);
    return { entry, bytes };
  });
  const file = Buffer.alloc(offset + CHECKSUM_BYTES);
  file.write(MAGIC, 0, 'latin1');
  file.writeUInt16LE(LAYOUT_VERSION, 8);
  file.writeUInt16LE(sections.length, 10);
  file.writeUInt32LE(file.length, 12);
  for (const [index, { entry, bytes }] of stored.entries()) {
    writeEntry(file, HEADER_BYTES + index * ENTRY_BYTES, entry);
    bytes.copy(file, entry.offset);
  }
  checksumOf(file).copy(file, offset);
  return file;
}

/** @throws StudioError io where the bytes are not exactly what `encodeSections` gives; no size in them is believed unchecked */
export function decodeSections(file: Buffer, fileName: string): Map<string, Section> {
  const damaged = (why: string): StudioError => new StudioError('io', `${fileName} is damaged: ${why}.`);
  if (file.length < HEADER_BYTES + CHECKSUM_BYTES || file.toString('latin1', 0, 8) !== MAGIC) throw damaged('it does not begin like face data');
  const version = file.readUInt16LE(8);
  if (version !== LAYOUT_VERSION) throw damaged(`its layout is version ${version}, known is ${LAYOUT_VERSION}`);
  if (file.readUInt32LE(12) !== file.length) throw damaged(`it is ${file.length} bytes long instead of ${file.readUInt32LE(12)}`);
  if (!checksumOf(file).equals(file.subarray(-CHECKSUM_BYTES))) throw damaged('its checksum does not match');

  const count = file.readUInt16LE(10);
  const end = file.length - CHECKSUM_BYTES;
  let free = align(HEADER_BYTES + ENTRY_BYTES * count);
  if (free > end) throw damaged('its table is cut off');
  const sections = new Map<string, Section>();
  let rawTotal = 0;
  for (let index = 0; index < count; index++) {
    const entry = readEntry(file, HEADER_BYTES + index * ENTRY_BYTES);
    if (!entry || sections.has(entry.name)) throw damaged(`entry ${index} of its table makes no sense`);
    const { name, offset, storedBytes, rawBytes, dims, type } = entry;
    rawTotal += rawBytes;
    if (offset !== free || storedBytes > end - offset || rawTotal > MAX_RAW_BYTES || dims.reduce((a, b) => a * b, TYPES[type]) !== rawBytes) {
      throw damaged(`the sizes of its section “${name}” make no sense`);
    }
    free = align(offset + storedBytes);
    const raw = rawBytesOf(file.subarray(offset, offset + storedBytes), entry);
    if (!raw) throw damaged(`its section “${name}” cannot be unpacked`);
    sections.set(name, { name, dims, data: arrayOver(raw, type) });
  }
  if (free !== end) throw damaged('there is something after its last section');
  return sections;
}

const checksumOf = (file: Buffer): Buffer => createHash('sha256').update(file.subarray(0, file.length - CHECKSUM_BYTES)).digest();

function writeEntry(file: Buffer, at: number, entry: Entry): void {
  file.write(entry.name, at, NAME_BYTES, 'latin1');
  file.writeUInt8(TYPE_NAMES.indexOf(entry.type), at + 20);
  file.writeUInt8(ENCODINGS.indexOf(entry.encoding), at + 21);
  file.writeUInt8(entry.dims.length, at + 22);
  for (let i = 0; i < 3; i++) file.writeUInt32LE(entry.dims[i] ?? 0, at + 24 + 4 * i);
  file.writeUInt32LE(entry.offset, at + 36);
  file.writeUInt32LE(entry.storedBytes, at + 40);
  file.writeUInt32LE(entry.rawBytes, at + 44);
}

function readEntry(file: Buffer, at: number): Entry | null {
  const name = file.toString('latin1', at, at + NAME_BYTES).replace(/\0+$/, '');
  const [type, encoding, rank] = [TYPE_NAMES[file[at + 20]], ENCODINGS[file[at + 21]], file[at + 22]];
  if (!/^[\x21-\x7e]{1,20}$/.test(name) || type === undefined || encoding === undefined || rank < 1 || rank > 3) return null;
  const dims = Array.from({ length: rank }, (_, i) => file.readUInt32LE(at + 24 + 4 * i));
  return { name, type, encoding, dims, offset: file.readUInt32LE(at + 36), storedBytes: file.readUInt32LE(at + 40), rawBytes: file.readUInt32LE(at + 44) };
}

/** null where the bytes do not unpack to the size that the table says. */
function rawBytesOf(stored: Buffer, { encoding, storedBytes, rawBytes }: Entry): Buffer | null {
  if (encoding === 'raw') return storedBytes === rawBytes ? stored : null;
  // The codec's own first four bytes say how much it will allocate.
  if (storedBytes < 4 || stored.readUInt32LE(0) !== rawBytes || rawBytes > MAX_LZ4_RATIO * storedBytes) return null;
  try {
    const raw = uncompressSync(stored);
    return raw.length === rawBytes ? raw : null;
  } catch {
    return null;
  }
}

/** Always memory of its own, so that a section neither keeps the file's bytes alive nor lies askew. */
function arrayOver(raw: Buffer, type: TypeName): SectionArray {
  const own = raw.byteOffset === 0 && raw.buffer.byteLength === raw.byteLength ? raw.buffer : raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength);
  if (type === 'u8') return new Uint8Array(own);
  if (type === 'i32') return new Int32Array(own);
  return type === 'f32' ? new Float32Array(own) : new Float64Array(own);
}
