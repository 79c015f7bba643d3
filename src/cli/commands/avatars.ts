import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { facesIn } from '../../engine/avatar/facesIn.ts';
import { FACE_MODELS } from '../../engine/avatar/prepare.ts';
import { writeWhole } from '../../engine/media/wholeFile.ts';
import { openLibrary, type Library } from '../../engine/library/avatars.ts';
import type { AvatarRow } from '../../engine/library/catalogue.ts';
import type { AvatarRecord } from '../../engine/library/record.ts';
import { shortId } from '../../engine/library/room.ts';
import { listModels, modelFolders, type InstalledModel } from '../../engine/onnx/manifest.ts';
import { openSessions, type Sessions } from '../../engine/onnx/sessions.ts';
import { StudioError } from '../../shared/errors.ts';
import { EXIT } from '../exit.ts';
import { sayLibraryEvent } from '../progress.ts';
import type { Context } from '../context.ts';

export interface AvatarsAddOptions {
  name?: string;
  /** From 1, left to right. */
  face?: number;
  /** Whose face it is, and what that person agreed to; both or none. */
  consentWho?: string;
  consentStatement?: string;
}

export async function avatarsAdd(file: string, options: AvatarsAddOptions, context: Context): Promise<void> {
  const { consentWho: who, consentStatement: statement } = options;
  if ((who === undefined) !== (statement === undefined)) {
    throw new StudioError('invalid-input', 'A consent says who agrees and to what: give both --consent-who and --consent-statement.');
  }
  await withLibrary(context, async (library) => {
    const { record, isNew } = await library.register(file, {
      name: options.name, faceIndex: options.face, signal: context.signal, onProgress: progressLines(),
      consent: who === undefined || statement === undefined ? undefined : { who, statement },
    });
    if (context.json) return console.log(JSON.stringify({ id: record.id, isNew, avatar: record }));
    console.log(`${isNew ? 'Registered' : 'Already registered:'} “${record.name}” as ${shortId(record.id)} (${whatItIs(record)}).`);
    for (const { sentence } of record.quality.findings) console.log(`Mind: ${sentence}`);
    if (!record.consent) console.log('Consent: not stated. State it with --consent-who and --consent-statement.');
    console.log(`Use it with: sima render --avatar ${shortId(record.id)} …`);
  });
}

export async function avatarsList({ search }: { search?: string }, context: Context): Promise<void> {
  await withLibrary(context, (library) => {
    const avatars = library.list(search === undefined ? {} : { search });
    if (context.json) return console.log(JSON.stringify({ avatars }));
    if (avatars.length === 0) return console.log(search === undefined ? 'No avatars yet. Add a photo or clip with: sima avatars add FILE' : `No avatar is found by “${search}”.`);
    for (const avatar of avatars) console.log(`${shortId(avatar.id).padEnd(14)} ${avatar.name.padEnd(24)} ${whatItIs(avatar).padEnd(24)} ${megabytes(avatar.sizeBytes).padStart(9)}  ${usedHow(avatar)}`);
  });
}

export async function avatarsShow(id: string, context: Context): Promise<void> {
  await withLibrary(context, (library) => {
    const { row, record, folder } = library.show(id);
    if (context.json) return console.log(JSON.stringify({ id: record.id, avatar: record, sizeBytes: row.sizeBytes, uses: row.uses, usedAt: row.usedAt, folder }));
    const { consent, quality } = record;
    const lines: [string, string][] = [
      ['id', record.id],
      ['name', record.name],
      ['kind', whatItIs(record)],
      ['face', `${record.faceIndex} of ${record.faceCount}`],
      ['tags', record.tags.join(', ') || '–'],
      ['created', record.createdAt],
      ['used', usedHow(row)],
      ['files', `${folder} (${megabytes(row.sizeBytes)})`],
      ['consent', consent ? `${consent.who}, ${consent.date}: ${consent.statement}` : 'not stated'],
      ['quality', quality.findings.map(({ sentence }) => sentence).join('\n           ') || 'nothing to mind'],
    ];
    for (const [name, value] of lines) console.log(`${name.padEnd(10)} ${value}`);
  });
}

export async function avatarsVerify(context: Context): Promise<void> {
  await withLibrary(context, async (library) => {
    const verdict = await library.verify(context.signal);
    if (!verdict.ok) process.exitCode = EXIT.wanting;
    if (context.json) return console.log(JSON.stringify(verdict));
    for (const problem of verdict.problems) console.log(problem);
    for (const { id, name, problems } of verdict.avatars) console.log(`${shortId(id).padEnd(14)} ${(name ?? '–').padEnd(24)} ${problems.join(' ') || 'ok'}`);
    if (!verdict.ok) console.log('What is damaged is made again from the kept source when it is next used. Where that is damaged too: sima avatars add FILE.');
  });
}

export async function avatarsRemove(id: string, context: Context): Promise<void> {
  await withLibrary(context, async (library) => {
    const removed = await library.remove(id);
    console.log(context.json ? JSON.stringify({ id: removed, removed: true }) : `Removed ${shortId(removed)}. Takes made with it stay.`);
  });
}

/** For choosing: the faces of a photo or clip, with a picture of each in a folder where one is asked for. */
export async function avatarsFaces(file: string, { thumbnails }: { thumbnails?: string }, { home, json, signal }: Context): Promise<void> {
  const sessions = await openFaceSessions(home);
  try {
    const faces = await facesIn(file, { sessions, signal });
    if (faces.length === 0) throw new StudioError('invalid-input', `No face was found in ${file}. Use a picture in which a face is seen from the front, well lit and not too small.`);
    if (thumbnails !== undefined) await mkdir(thumbnails, { recursive: true }).catch((error: unknown) => Promise.reject(new StudioError('io', `The folder ${thumbnails} cannot be made.`, { cause: error })));
    const listed: { face: number; box: typeof faces[number]['box']; thumbnail: string | null }[] = [];
    for (const { faceIndex, box, thumbnail } of faces) {
      const picture = thumbnails === undefined ? null : path.join(thumbnails, `face-${faceIndex}.jpg`);
      if (picture !== null) await writeWhole(picture, thumbnail);
      listed.push({ face: faceIndex, box, thumbnail: picture });
    }
    if (json) return console.log(JSON.stringify({ faces: listed }));
    for (const { face, box, thumbnail } of listed) console.log(`--face ${face}   ${Math.round(box.width)}×${Math.round(box.height)} at ${Math.round(box.x)}, ${Math.round(box.y)}${thumbnail === null ? '' : `   ${thumbnail}`}`);
  } finally {
    await sessions.close();
  }
}

async function openFaceSessions(home: string): Promise<Sessions> {
  const models = (await listModels(modelFolders(home))).filter((model): model is InstalledModel & { installed: true } => model.installed);
  return openSessions({ models: models.filter(({ id }) => (FACE_MODELS as readonly string[]).includes(id)), device: 'auto' });
}

/** Opens the library for one command; the face models only if something must be prepared. Repairs are told on stderr. */
async function withLibrary(context: Context, work: (library: Library) => void | Promise<void>): Promise<void> {
  let opened: Promise<Sessions> | null = null;
  const library = await openLibrary(context.home, {
    sessions: () => (opened ??= openFaceSessions(context.home)),
    onEvent: sayLibraryEvent,
  });
  try {
    await work(library);
  } finally {
    await library.close();
    const sessions = await (opened as Promise<Sessions> | null)?.catch(() => null);
    await sessions?.close();
  }
}

const LINE_INTERVAL_MS = 2000;

/** A line now and then while a clip is followed; a photo is done before the first. */
function progressLines(): (done: number) => void {
  let lastMs = performance.now();
  return (done) => {
    const nowMs = performance.now();
    if (nowMs - lastMs < LINE_INTERVAL_MS) return;
    lastMs = nowMs;
    process.stderr.write(`preparing: ${Math.round(100 * done)} %\n`);
  };
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

function whatItIs({ kind, width, height, durationSec }: Pick<AvatarRecord, 'kind' | 'width' | 'height' | 'durationSec'>): string {
  return `${kind} ${width}×${height}${durationSec === null ? '' : `, ${durationSec.toFixed(1)} s`}`;
}

function usedHow({ uses, usedAt }: Pick<AvatarRow, 'uses' | 'usedAt'>): string {
  return usedAt === null ? 'never used' : `used ${uses === 1 ? 'once' : `${uses} times`}, last ${usedAt.slice(0, 10)}`;
}
