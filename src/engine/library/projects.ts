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
   * is there is replaced. @throws invalid-input with `details.savedAt` where it was saved since; io, with `details.kept`, when it was saved, where the
   * user's own file alone could not be written
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

/** What a file is to its project. */
type Role = 'audio' | 'background';

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

  /** Brings in what the project was made with. @returns the document that names it, and which files serve nothing any more once that is on the disk */
  const keepFiles = async (project: Project): Promise<{ document: Project; unused: string[] }> => {
    const { id } = project;
    const there = await readdir(filesOf(id)).catch(() => []);
    const kept = new Map<Role, string>();
    let missing = false;
    for (const [role, name] of filesIn(project)) {
      const found = (await keepFile(id, name, there)) ?? (name.startsWith('upload:') ? await keptBefore(project, role, there) : null);
      if (found === null) missing = true;
      else kept.set(role, found);
    }
    const used = new Set(kept.values());
    return {
      document: naming(project, (name, role) => (kept.has(role) ? `${id}.files/${kept.get(role)!}` : name)),
      // Where one is not found, what is there may yet be it.
      unused: missing ? [] : there.filter((name) => !used.has(name)),
    };
  };
  /** @returns its name in the project's folder; null where it is nowhere */
  const keepFile = async (id: string, name: string, there: readonly string[]): Promise<string | null> => {
    const given = outward(id, name);
    if (path.dirname(given) === filesOf(id)) return there.includes(path.basename(given)) ? path.basename(given) : null;
    // An upload's folder has its id as its name; when the upload has gone, what was kept of it is known by that.
    const mark = `${(/^upload:(.+)$/.exec(name)?.[1] ?? path.basename(path.dirname(given))).slice(0, 8)}-`;
    const about = path.isAbsolute(given) ? await stat(given, { bigint: true }).catch(() => null) : null;
    if (!about?.isFile()) return there.find((each) => each.startsWith(mark)) ?? null;
    const itself = about.nlink > 1n ? await sameFile(id, about, there) : null;
    if (itself !== null) return itself;
    const kept = mark + path.basename(given);
    const target = path.join(filesOf(id), kept);
    if ((await stat(target, { bigint: true }).catch(() => null))?.size !== about.size) {
      await mkdir(filesOf(id), { recursive: true });
      await copyFile(given, `${target}.part`);
      await rename(`${target}.part`, target);
    }
    return kept;
  };
  /** A kept file comes back under the other name that it was handed out by. */
  const sameFile = async (id: string, { ino, dev }: { ino: bigint; dev: bigint }, there: readonly string[]): Promise<string | null> => {
    for (const name of there) {
      const about = await stat(path.join(filesOf(id), name), { bigint: true }).catch(() => null);
      if (about?.ino === ino && about.dev === dev) return name;
    }
    return null;
  };
  /** Uploads go, and who names one may have had the project open for longer: it is then what the document on the disk has in its place. Another recording has another name. */
  const keptBefore = async ({ id, audio }: Project, role: Role, there: readonly string[]): Promise<string | null> => {
    const before = tryRead(await readFile(fileOf(id), 'utf8').catch(() => ''));
    const name = before && filesIn(before).get(role);
    if (!name?.startsWith(`${id}.files/`) || (role === 'audio' && before?.audio?.name !== audio?.name)) return null;
    return there.find((each) => each === path.basename(name)) ?? null;
  };

  const savedAtOf = async (id: string): Promise<string | null> => (await stat(fileOf(id)).catch(() => null))?.mtime.toISOString() ?? null;

  const save = (project: Project, basedOn?: string): Promise<{ savedAt: string }> =>
    inTurn(project.id, async () => {
      const { id, name } = project;
      const before = await savedAtOf(id);
      if (basedOn !== undefined && before !== null && before !== basedOn) {
        throw new StudioError('invalid-input', `“${name}” was saved elsewhere meanwhile, in another window or program. Choose which version is to stay.`, { details: { savedAt: before } });
      }
      await mkdir(folder, { recursive: true });
      const { document, unused } = await keepFiles(project);
      const text = `${JSON.stringify(document)}\n`;
      const isNew = await replace(id, text);
      // Not before: until then the document on the disk names them. What cannot be removed now is found again at the next save.
      for (const each of unused) await rm(path.join(filesOf(id), each), { force: true }).catch(() => undefined);
      const savedAt = (await savedAtOf(id))!;
      if (notices.delete(id) || isNew) onChange();
      await writeOwn(id, text, savedAt);
      return { savedAt };
    });
  /** @returns whether it is another text: who saves the same again and again does not lose the version before */
  const replace = async (id: string, text: string): Promise<boolean> => {
    const file = fileOf(id);
    if ((await readFile(file, 'utf8').catch(() => null)) === text) return false;
    // The last version that was whole is there at every moment, under one name or the other.
    await replaceDurably(partOf(id), text);
    await rename(file, backupOf(id)).catch(unlessMissing);
    await rename(partOf(id), file);
    await syncFolder(folder);
    return true;
  };
  /** Where its user keeps it. @throws io with `details.kept`: who is to save again must know the version that is there now */
  const writeOwn = async (id: string, text: string, kept: string): Promise<void> => {
    const place = (await readPlaces())[id];
    if (place === undefined || (await readFile(place, 'utf8').catch(() => null)) === text) return;
    await writeWhole(place, text).catch((error: unknown) => {
      throw new StudioError('io', `The project is saved in the studio, but not in your own file. ${errorData(systemFailure(place, error)).message}`, { cause: error, details: { kept } });
    });
  };

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
      const project = id === undefined ? await adopt(text, `The project file ${file}`) : { ...withOwnFiles(given, id), id };
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

/** The files that a document names. */
function filesIn({ audio, background }: Project): Map<Role, string> {
  const files = new Map<Role, string>();
  if (audio) files.set('audio', audio.file);
  const picture = backgroundFile(background);
  if (picture !== undefined) files.set('background', picture);
  return files;
}

function naming(project: Project, name: (file: string, role: Role) => string): Project {
  const { audio, background } = project;
  const picture = backgroundFile(background);
  return { ...project, audio: audio && { ...audio, file: name(audio.file, 'audio') }, background: picture === undefined ? background : `picture:${name(picture, 'background')}` };
}

/** What lies beside the document is named by its folder. Others may have written the document, or it is a copy of another project's: it names no further files. */
function withOwnFiles(project: Project, id: string): Project {
  const files = filesIn(project);
  const isForeign = (role: Role): boolean => files.get(role)?.startsWith(`${id}.files/`) === false;
  return { ...project, audio: isForeign('audio') ? null : project.audio, background: isForeign('background') ? 'keep' : project.background };
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
