/**
 * Projects of one home: what their users are making. `<home>/projects/<id>.sima` is one JSON document, written whole, with the version before it
 * beside it (`.bak`); recordings and pictures that it was made with lie in `<id>.files/`. Where the user keeps a copy elsewhere, that is written too.
 */
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { parse } from '../../shared/contract/common.ts';
import { projectSchema, type Project, type ProjectRow } from '../../shared/contract/project.ts';
import { backgroundFile, type ScriptSegment } from '../../shared/contract/request.ts';
import { errorData, StudioError } from '../../shared/errors.ts';
import { shownText } from '../../shared/marks.ts';
import { systemFailure, writeWhole } from '../media/wholeFile.ts';
import { dominantLang } from '../voice/normalise/letters.ts';
import { replaceDurably, storageFailure, syncFolder } from './durable.ts';

export interface ProjectStore {
  /** The last saved first. */
  list(): Promise<ProjectRow[]>;
  create(about: { name: string; segments?: ScriptSegment[] }): Promise<Project>;
  /** Where its file is damaged: the version before, which the list then says. @throws invalid-input where there is none, or it was made by a newer Sima */
  open(id: string): Promise<Project>;
  /**
   * Also one that is not there: what somebody is making is never lost. @param basedOn when the version was saved that was changed; undefined: whatever
   * is there is replaced. @throws invalid-input with `details.savedAt` where it was saved since; io
   */
  save(project: Project, basedOn?: string): Promise<{ savedAt: string }>;
  remove(id: string): Promise<void>;
  /** Takes over a document; its id where that is free, else a new one. @param along what of it is otherwise here, as the files that came along. @throws invalid-input */
  adopt(text: string, what: string, along?: (given: Project) => Partial<Project>): Promise<Project>;
  /** From now on it is also kept in that file, which is written at once. @throws io */
  keepAt(id: string, file: string): Promise<void>;
  /** The project that is kept in that file; taken over where it is not known yet. @throws invalid-input, io */
  openFile(file: string): Promise<Project>;
  /** The document as it lies on the disk. */
  fileOf(id: string): string;
}

/** Ids are names of files. */
const ID = /^[A-Za-z0-9][\w-]{0,63}$/;
const EXCERPT_CHARACTERS = 140;
/** Of a document, which is read at once: many times what fits into one message of a client. */
export const MOST_DOCUMENT_BYTES = 64e6;
const ENDING = '.sima';
const places = z.record(z.string(), z.string());

/** Nothing stays open. @param onChange told whenever one was saved, removed or taken over */
export function openProjects(home: string, onChange: () => void = () => undefined): ProjectStore {
  const folder = path.join(home, 'projects');
  const fileOf = (id: string) => path.join(folder, `${known(id)}${ENDING}`);
  const backupOf = (id: string) => `${fileOf(id)}.bak`;
  const partOf = (id: string) => `${fileOf(id)}.part`;
  const filesOf = (id: string) => path.join(folder, `${known(id)}.files`);
  const placesFile = path.join(folder, 'places.json');
  /** Rows by the state of their file. */
  const rows = new Map<string, { state: string; row: ProjectRow }>();
  /** What happened to a project since the studio was opened. */
  const notices = new Map<string, string>();
  /** Writings of one project follow one another. */
  const writing = new Map<string, Promise<unknown>>();

  const inStorage = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw storageFailure(error, `The projects folder ${folder}`);
    }
  };
  const inTurn = async <T>(id: string, work: () => Promise<T>): Promise<T> => {
    const turn = (writing.get(id) ?? Promise.resolve()).catch(() => undefined).then(() => inStorage(work));
    writing.set(id, turn);
    try {
      return await turn;
    } finally {
      if (writing.get(id) === turn) writing.delete(id);
    }
  };
  const readPlaces = (): Promise<Record<string, string>> => readFile(placesFile, 'utf8').then((text) => places.parse(JSON.parse(text))).catch(() => ({}));
  const writePlaces = (change: (all: Record<string, string>) => Record<string, string>): Promise<void> =>
    inTurn(placesFile, async () => {
      await mkdir(folder, { recursive: true });
      await writeWhole(placesFile, `${JSON.stringify(change(await readPlaces()), null, 2)}\n`);
    });

  /** The document, from its backup where it is damaged. */
  const read = async (id: string): Promise<Project> => {
    const file = fileOf(id);
    const text = await readFile(file, 'utf8').catch(unlessMissing);
    if (text === null) {
      // Ended between its two renamings: the new version is whole.
      const project = tryRead(await readFile(partOf(id), 'utf8').catch(() => ''));
      if (project) {
        await rename(partOf(id), file);
        return project;
      }
    }
    const backup = await readFile(backupOf(id), 'utf8').catch(() => null);
    if (text === null && backup === null) throw new StudioError('invalid-input', `There is no project “${id}”. It may have been removed in another window.`);
    try {
      if (text === null) throw new StudioError('invalid-input', 'its file is gone');
      return readProject(text, `The project file ${file}`);
    } catch (error) {
      if (isNewer(error)) throw error;
      const project = backup === null ? null : tryRead(backup);
      if (project === null) throw new StudioError('io', `The project file ${file} is damaged, and there is no version before it. ${errorData(error).message}`, { cause: error });
      const damaged = `${file}.damaged`;
      if (text !== null) await rename(file, damaged);
      await writeWhole(file, backup!);
      notices.set(id, `The last version of this project was damaged, so this is the one before it. ${text === null ? '' : `What is left of the damaged one is kept in ${damaged}.`}`.trim());
      return project;
    }
  };
  const tryRead = (text: string): Project | null => {
    try {
      return readProject(text, 'The backup');
    } catch {
      return null;
    }
  };

  /** Names of files in its own folder are relative on the disk. */
  const outward = (id: string, name: string): string => (name.startsWith(`${id}.files/`) ? path.join(filesOf(id), path.basename(name)) : name);
  const naming = (project: Project, name: (file: string) => string): Project => {
    const picture = backgroundFile(project.background);
    return { ...project, audio: project.audio && { ...project.audio, file: name(project.audio.file) }, background: picture === undefined ? project.background : `picture:${name(picture)}` };
  };

  /** Brings in what the project was made with, and lets go what it no longer is. */
  const keepFiles = async (project: Project): Promise<Project> => {
    const { id } = project;
    const there = await readdir(filesOf(id)).catch(() => []);
    const kept = new Map<string, string>();
    let missing = false;
    for (const name of [project.audio?.file, backgroundFile(project.background)].filter((each) => each !== undefined)) {
      const found = await keepFile(id, name, there);
      if (found === null) missing = true;
      else kept.set(name, found);
    }
    // Where one is not found, what is there may yet be it.
    if (!missing) for (const name of there) if (![...kept.values()].includes(name)) await rm(path.join(filesOf(id), name), { force: true });
    return naming(project, (name) => (kept.has(name) ? `${id}.files/${kept.get(name)!}` : name));
  };
  /** @returns its name in the project's folder; null where it is nowhere */
  const keepFile = async (id: string, name: string, there: readonly string[]): Promise<string | null> => {
    const given = outward(id, name);
    if (path.dirname(given) === filesOf(id)) return there.includes(path.basename(given)) ? path.basename(given) : null;
    // An upload's folder has its id as its name; when the upload has gone, what was kept of it is known by that.
    const mark = `${(/^upload:(.+)$/.exec(name)?.[1] ?? path.basename(path.dirname(given))).slice(0, 8)}-`;
    const about = path.isAbsolute(given) ? await stat(given).catch(() => null) : null;
    if (!about?.isFile()) return there.find((each) => each.startsWith(mark)) ?? null;
    const kept = mark + path.basename(given);
    const target = path.join(filesOf(id), kept);
    if ((await stat(target).catch(() => null))?.size !== about.size) {
      await mkdir(filesOf(id), { recursive: true });
      await copyFile(given, `${target}.part`);
      await rename(`${target}.part`, target);
    }
    return kept;
  };

  const savedAtOf = async (id: string): Promise<string | null> => (await stat(fileOf(id)).catch(() => null))?.mtime.toISOString() ?? null;

  const save = (project: Project, basedOn?: string): Promise<{ savedAt: string }> =>
    inTurn(project.id, async () => {
      const file = fileOf(project.id);
      const savedAt = await savedAtOf(project.id);
      if (basedOn !== undefined && savedAt !== null && savedAt !== basedOn) {
        throw new StudioError('invalid-input', `“${project.name}” was saved elsewhere meanwhile, in another window or program. Choose which version is to stay.`, { details: { savedAt } });
      }
      await mkdir(folder, { recursive: true });
      const text = `${JSON.stringify(await keepFiles(project))}\n`;
      // The last version that was whole is there at every moment, under one name or the other.
      await replaceDurably(partOf(project.id), text);
      await rename(file, backupOf(project.id)).catch(unlessMissing);
      await rename(partOf(project.id), file);
      await syncFolder(folder);
      notices.delete(project.id);
      const place = (await readPlaces())[project.id];
      if (place !== undefined) await writeWhole(place, text).catch((error: unknown) => {
        throw new StudioError('io', `The project is saved in the studio, but not in your own file. ${errorData(systemFailure(place, error)).message}`, { cause: error });
      });
      onChange();
      return { savedAt: (await savedAtOf(project.id))! };
    });

  const exists = async (id: string): Promise<boolean> => (await stat(fileOf(id)).catch(() => null)) !== null || (await stat(backupOf(id)).catch(() => null)) !== null;

  const adopt = async (text: string, what: string, along: (given: Project) => Partial<Project> = () => ({})): Promise<Project> => {
    const given = readProject(text, what);
    const id = ID.test(given.id) && !(await exists(given.id)) ? given.id : randomUUID();
    // What lay beside the document did not come with it; and a document from elsewhere names no files of this machine.
    const project: Project = { ...given, audio: null, background: backgroundFile(given.background) !== undefined ? 'keep' : given.background, ...along(given), id };
    await save(project);
    return project;
  };

  const rowOf = async (id: string, all: Record<string, string>): Promise<ProjectRow> => {
    const about = (await stat(fileOf(id)).catch(() => null)) ?? (await stat(backupOf(id)));
    const file = all[id] ?? null;
    const state = `${about.mtimeMs} ${about.size}`;
    const found = rows.get(id);
    if (found?.state === state) return { ...found.row, file, notice: notices.get(id) ?? null };
    const base = { id, savedAt: about.mtime.toISOString(), file, notice: null };
    try {
      const { name, segments, takeIds } = await inTurn(id, () => read(id));
      const script = shownText(segments.map(({ text }) => text).join('')).replace(/\s+/g, ' ').trim();
      const row: ProjectRow = { ...base, name, excerpt: Array.from(script).slice(0, EXCERPT_CHARACTERS).join(''), lang: dominantLang(script), takes: takeIds.length };
      rows.set(id, { state, row });
      return { ...row, notice: notices.get(id) ?? null };
    } catch (error) {
      return { ...base, name: id, excerpt: '', lang: null, takes: 0, notice: errorData(error).message };
    }
  };

  return {
    fileOf,
    save,
    adopt,
    list: () =>
      inStorage(async () => {
        const ids = new Set((await readdir(folder).catch(() => [])).flatMap((name) => /^(.+)\.sima(?:\.bak)?$/.exec(name)?.[1] ?? []).filter((id) => ID.test(id)));
        const all = await readPlaces();
        const found = await Promise.all([...ids].map((id) => rowOf(id, all).catch(() => null))); // one that goes meanwhile
        return found.filter((row) => row !== null).sort((a, b) => b.savedAt.localeCompare(a.savedAt));
      }),
    async create({ name, segments = [] }) {
      const project: Project = {
        version: 1, id: randomUUID(), name, segments, avatarId: null, voices: { fa: null, en: null }, rate: 1, pitch: 1, audio: null, model: null, fps: null, size: null,
        background: 'keep', idle: true, quality: 'live', lexicon: [], takeIds: [], marks: [], batch: [],
      };
      await save(project);
      return project;
    },
    open: (id) => inTurn(id, async () => naming(await read(id), (name) => outward(id, name))),
    remove: (id) =>
      inTurn(id, async () => {
        if (!(await exists(id))) throw new StudioError('invalid-input', `There is no project “${id}”. It may have been removed in another window.`);
        for (const file of [fileOf(id), partOf(id), backupOf(id), filesOf(id), `${fileOf(id)}.damaged`]) await rm(file, { recursive: true, force: true });
        rows.delete(id);
        notices.delete(id);
        if (id in (await readPlaces())) await writePlaces((all) => Object.fromEntries(Object.entries(all).filter(([each]) => each !== id)));
        onChange();
      }),
    keepAt: (id, file) =>
      inTurn(id, async () => {
        await read(id);
        await writeWhole(file, await readFile(fileOf(id)));
        await writePlaces((all) => ({ ...Object.fromEntries(Object.entries(all).filter(([, each]) => each !== file)), [id]: file }));
        onChange();
      }),
    async openFile(file) {
      const text = await readDocument(file, `The project file ${file}`);
      const given = readProject(text, `The project file ${file}`);
      const all = await readPlaces();
      const id = Object.keys(all).find((each) => all[each] === file);
      // What its user opens is what counts: it may have been changed elsewhere meanwhile.
      const project = id === undefined ? await adopt(text, `The project file ${file}`) : { ...withoutPaths(given), id };
      if (id !== undefined) await save(project);
      else await writePlaces((known) => ({ ...known, [project.id]: file }));
      return naming(project, (name) => outward(project.id, name));
    },
  };
}

function known(id: string): string {
  if (!ID.test(id)) throw new StudioError('invalid-input', `“${id.slice(0, 60)}” is not the id of a project.`);
  return id;
}

function unlessMissing(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
  throw error;
}

/** What lies beside the document has a relative name. Others may have written the document, and it names no further files of this machine. */
function withoutPaths(project: Project): Project {
  const { audio, background } = project;
  return { ...project, audio: audio && path.isAbsolute(audio.file) ? null : audio, background: path.isAbsolute(backgroundFile(background) ?? '') ? 'keep' : background };
}

const isNewer = (error: unknown): boolean => (errorData(error).details as { newer?: boolean } | undefined)?.newer === true;

/** The text of a project file from anywhere. @throws invalid-input where it cannot be read, or is far larger than a project */
export async function readDocument(file: string, what: string): Promise<string> {
  const refused = (why: string, cause?: unknown) => new StudioError('invalid-input', `${what} ${why}.`, { cause });
  const { size } = await stat(file).catch((error: unknown) => {
    throw refused('cannot be read', error);
  });
  if (size > MOST_DOCUMENT_BYTES) throw refused('is too large to be a project');
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw refused('cannot be read', error);
  });
}

/** @throws invalid-input: damaged, another kind of file, or made by a newer Sima */
function readProject(text: string, what: string): Project {
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new StudioError('invalid-input', `${what} is damaged, or no project of Sima’s.`, { cause: error });
  }
  const version: unknown = (content as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version > 1) {
    throw new StudioError('invalid-input', `${what} was made by a newer Sima (its format is ${version}, this one knows 1). Update Sima to open it; the file stays as it is.`, { details: { newer: true } });
  }
  if (version !== 1) throw new StudioError('invalid-input', `${what} is no project of Sima’s.`);
  return parse(projectSchema, content, what);
}
