import { FACE_MODELS } from '../../engine/avatar/prepare.ts';
import { openLibrary, type Library } from '../../engine/library/avatars.ts';
import type { AvatarRow } from '../../engine/library/catalogue.ts';
import type { AvatarRecord } from '../../engine/library/record.ts';
import { shortId } from '../../engine/library/room.ts';
import { listModels, modelFolders, type InstalledModel } from '../../engine/onnx/manifest.ts';
import { openSessions, type Sessions } from '../../engine/onnx/sessions.ts';
import { StudioError } from '../../shared/errors.ts';
import { EXIT } from '../exit.ts';
import { sayLibraryEvent } from '../progress.ts';
import type { Context } from '../main.ts';

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

/** Opens the library for one command; the face models only if something must be prepared. Repairs are told on stderr. */
async function withLibrary(context: Context, work: (library: Library) => void | Promise<void>): Promise<void> {
  let opened: Promise<Sessions> | null = null;
  const open = async (): Promise<Sessions> => {
    const models = (await listModels(modelFolders(context.home))).filter((model): model is InstalledModel & { installed: true } => model.installed);
    return openSessions({ models: models.filter(({ id }) => (FACE_MODELS as readonly string[]).includes(id)), device: 'auto' });
  };
  const library = await openLibrary(context.home, {
    sessions: () => (opened ??= open()),
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
