/**
 * The open project: every change goes through here, is a step that can be undone, and is saved by itself. What has been made of it (takes,
 * marks, batches) is no step: undoing a sentence does not lose a take.
 */
import { create } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import type { Project } from '../../shared/contract/project.ts';
import type { ReviewMark } from '../../shared/contract/qa.ts';
import { errorData, StudioError, type ErrorData } from '../../shared/errors.ts';
import { noteAsked } from '../player/player.ts';
import { call, seat } from '../studio/connection.ts';
import { queries } from '../studio/queries.ts';
import { createAutosave, type Saving } from './autosave.ts';
import { useCurrentTake } from './currentTake.ts';
import { isSameWork, keptAt, savedElsewhere, savedElsewhereAt } from './elsewhere.ts';
import { begun, changed, redone, undone, type History } from './history.ts';
import { giveWay, noteOwn } from './ownTakes.ts';
import { planOf, usePlan } from './plan.ts';
import { needsPlan, requestOf } from './renderRequest.ts';
import { textOf, withChange, type TextChange } from './segments.ts';
import { DRAFT, forgetUnsaved, isDraft, keepUnsaved, lastProjectId, readUnsaved, rememberLast, type Unsaved } from './unsaved.ts';

/** What its user decides; the rest is made of it. */
export type Wishes = Omit<Project, 'version' | 'id' | 'takeIds' | 'marks' | 'batch'>;

interface ProjectStore {
  /** null: none is open yet. */
  project: Project | null;
  canUndo: boolean;
  canRedo: boolean;
  saving: Saving;
  /** When another window or program saved a version that is not shown here; nothing is saved until the user has chosen one. null: none did. */
  elsewhere: string | null;
  /** The studio died, or the page did, before all was saved: this is what the browser kept. */
  restored: boolean;
  /** A take is being asked for. */
  starting: boolean;
  /** Why the last one was refused. */
  refusal: ErrorData | null;

  /** The project that was open last, else the newest, else a first one that says `greeting`. */
  begin: (first: { name: string; greeting: string }) => Promise<void>;
  open: (id: string) => Promise<void>;
  create: (name: string, text?: string) => Promise<void>;
  /** Removes the open project; another one is open then. */
  discard: (first: { name: string; greeting: string }) => Promise<void>;
  /** Shows a document that came from elsewhere (an import, another program). */
  show: (project: Project) => void;
  /** @param group changes of one group that follow closely are one step */
  edit: (wishes: Partial<Wishes>, group?: string) => void;
  /** In the order in which they were made, each on the text as the ones before left it. */
  type: (changes: readonly TextChange[]) => void;
  /** Chosen for the user, not by them: no step. */
  settle: (wishes: Partial<Wishes>) => void;
  undo: () => void;
  redo: () => void;
  mark: (mark: ReviewMark) => void;
  addTake: (takeId: string) => void;
  setBatch: (batch: Project['batch']) => void;
  /** Saves at once what is not saved yet. */
  saveNow: () => Promise<void>;
  /** What is not saved yet of the open project is kept by the browser. */
  keepNow: () => void;
  /** Whether that project is open still; a draft goes by its first id, too, once the studio has given it another. */
  isOpen: (id: string) => boolean;
  /** The studio has a version of that time. */
  heard: (savedAt: string) => void;
  /** What is here replaces what was saved elsewhere. */
  keepMine: () => Promise<void>;
  /** What was saved elsewhere is shown; undo brings back what is here. */
  takeTheirs: () => Promise<void>;

  /** Renders the project as it is, and shows the take; one that this page has under way for the project gives way to it. */
  speak: () => Promise<void>;
  cancel: () => Promise<void>;
  dismissRefusal: () => void;
}

/** How far ahead of its player a take is rendered. */
const LEAD_SEC = 60;

let history: History<Project> | null = null;

export const useProject = create<ProjectStore>((set, get) => {
  const autosave = createAutosave<Project>({
    idOf: ({ id }) => id,
    async save(document) {
      if (document.id === removing) throw new StudioError('canceled', 'It is being removed.');
      if (isDraft(document)) return adopt(document);
      await saveKnown(document);
      // Else something newer is on its way here.
      const { project } = get();
      if (project === document || project?.id !== document.id) forgetUnsaved(document.id);
    },
    onState: (saving) => set({ saving }),
  });
  /** Of projects by id: when the version was saved that this page knows, ISO 8601. */
  const known = new Map<string, string>();
  /** By id, the version that was sent last, until the studio has answered. */
  const unanswered = new Map<string, Project>();
  /** Ids of drafts, and what the studio calls them. */
  const adopted = new Map<string, string>();
  /** The project that goes, until another one is shown: a version that is saved late would make it anew. */
  let removing: string | null = null;

  /** @throws what the studio says; also where it was saved elsewhere, and the user has not chosen yet */
  async function saveKnown(document: Project): Promise<void> {
    const { id } = document;
    const { project, elsewhere } = get();
    if (project?.id === id && elsewhere !== null) throw savedElsewhere(elsewhere);
    const before = unanswered.get(id);
    const basedOn = known.get(id);
    unanswered.set(id, document);
    try {
      const { savedAt } = await call('projects.save', { project: document, ...(basedOn === undefined ? {} : { basedOn }) });
      unanswered.delete(id);
      known.set(id, savedAt);
    } catch (error) {
      const kept = keptAt(error);
      if (kept !== null) {
        unanswered.delete(id);
        known.set(id, kept);
      }
      const savedAt = savedElsewhereAt(error);
      if (savedAt === null) throw error;
      unanswered.delete(id);
      // Or it is ours, and only the answer was lost.
      if (before === undefined || !isSameWork(before, await call('projects.open', { id }))) {
        if (get().project?.id === id) set({ elsewhere: savedAt });
        throw error;
      }
      known.set(id, savedAt);
      await saveKnown(document);
    }
  }

  let keeping: ReturnType<typeof setTimeout> | undefined;
  /** A long script is not written at every key. */
  const keepUnsavedSoon = (): void => {
    keeping ??= setTimeout(keepNow, 300);
  };
  const keepNow = (): void => {
    clearTimeout(keeping);
    keeping = undefined;
    const { project } = get();
    if (project && project.id !== removing && autosave.unsaved(project.id)) keepUnsaved(unsavedOf(project));
  };
  const unsavedOf = (project: Project): Unsaved => {
    const sent = unanswered.get(project.id);
    return { project, basedOn: known.get(project.id), ...(sent === undefined || sent === project ? {} : { sent }) };
  };

  const present = (next: History<Project>): void => {
    history = next;
    set({ project: next.present, canUndo: next.past.length > 0, canRedo: next.future.length > 0 });
  };
  const dirty = (next: History<Project>): void => {
    present(next);
    keepUnsavedSoon();
    autosave.changed(next.present);
  };
  /** Without a step: in the present alone. */
  const amend = (change: (project: Project) => Partial<Project>): void => {
    if (history) dirty({ ...history, present: { ...history.present, ...change(history.present) } });
  };

  /** A draft gets its place in the studio. */
  async function adopt(draft: Project): Promise<void> {
    const id = adopted.get(draft.id) ?? (await call('projects.create', { name: draft.name, segments: draft.segments })).id;
    adopted.set(draft.id, id);
    forgetUnsaved(draft.id);
    const { savedAt } = await call('projects.save', { project: { ...draft, id } });
    if (history?.present.id !== draft.id) return;
    const isCurrent = history.present === draft;
    const named = (project: Project): Project => ({ ...project, id });
    present({ ...history, past: history.past.map(named), present: named(history.present), future: history.future.map(named) });
    known.set(id, savedAt);
    rememberLast(id);
    autosave.drop(draft.id);
    if (isCurrent) return;
    keepUnsavedSoon();
    autosave.changed(history.present);
  }

  /**
   * @param unsaved the studio does not have it so yet. @param savedAt when the version was saved that it is, or was made from. @param elsewhere when another
   * one was saved that is to be chosen from
   */
  async function show(project: Project, { unsaved = false, restored = unsaved, savedAt = null, elsewhere = null }: { unsaved?: boolean; restored?: boolean; savedAt?: string | null; elsewhere?: string | null } = {}): Promise<void> {
    const { project: before, elsewhere: asked } = get();
    keepNow();
    if (before && (asked !== null || before.id === removing)) autosave.drop(before.id);
    // What waits of this one is replaced by what is shown.
    autosave.drop(project.id);
    if (savedAt === null) known.delete(project.id);
    else known.set(project.id, savedAt);
    present(begun(project));
    rememberLast(project.id);
    set({ refusal: null, restored, elsewhere });
    useCurrentTake.getState().show(null);
    const takeId = project.takeIds.at(-1);
    if (unsaved) autosave.changed(project);
    // It may have been removed since.
    const take = takeId === undefined ? null : await call('takes.show', { takeId }).catch(() => null);
    if (take && get().project?.id === project.id && useCurrentTake.getState().takeId === null) useCurrentTake.getState().show(take.id);
  }

  async function open(id: string): Promise<void> {
    await autosave.flush();
    keepNow();
    const waiting = autosave.unsaved(id);
    const kept = waiting ? unsavedOf(waiting) : readUnsaved(id);
    if (kept && isDraft(kept.project)) return show(kept.project, { unsaved: true });
    const { project, savedAt } = await versionOf(id);
    if (!kept) return show(project, { savedAt });
    const isSaved = isSameWork(kept.project, project);
    if (isSaved && !waiting) {
      forgetUnsaved(id);
      return show(project, { savedAt });
    }
    // What the studio has is what this was made from, or on its way there; or it came from elsewhere. Clocks would not tell.
    const isOurs = isSaved || kept.basedOn === savedAt || (kept.sent !== undefined && isSameWork(kept.sent, project));
    return show(kept.project, { unsaved: true, restored: !waiting, ...(isOurs ? { savedAt } : { savedAt: kept.basedOn ?? null, elsewhere: savedAt }) });
  }

  /** One that the studio has just made or taken over. */
  async function showNew(project: Project): Promise<void> {
    await autosave.flush();
    return show(project, { savedAt: await savedAtOf(project.id).catch(() => null) });
  }

  /** Asked for the time first: a version that comes in between is then taken for another one, and never overwritten unseen. */
  async function versionOf(id: string): Promise<{ project: Project; savedAt: string | null }> {
    const savedAt = await savedAtOf(id);
    return { project: await call('projects.open', { id }), savedAt };
  }

  const savedAtOf = async (id: string): Promise<string | null> => (await call('projects.list', null)).find((row) => row.id === id)?.savedAt ?? null;

  async function createProject(name: string, text = ''): Promise<void> {
    const segments = text === '' ? [] : [{ text }];
    try {
      await showNew(await call('projects.create', { name, segments }));
    } catch {
      // Work can begin; saving goes on trying, and says so.
      await show({ ...EMPTY, id: DRAFT + crypto.randomUUID(), name, segments }, { unsaved: true });
    }
  }

  let beginning: Promise<void> | null = null;
  /** Once at a time: a connection that breaks meanwhile asks again. */
  const begin = (first: { name: string; greeting: string }): Promise<void> => (beginning ??= openFirst(first).finally(() => (beginning = null)));

  async function openFirst({ name, greeting }: { name: string; greeting: string }): Promise<void> {
    const last = lastProjectId();
    const rows = await call('projects.list', null).catch(() => []);
    for (const id of new Set([...(last === null ? [] : [last]), ...rows.map((row) => row.id)])) {
      try {
        return await open(id);
      } catch {
        // The next one, then; what is wrong with it is said when it is opened by hand.
      }
    }
    await createProject(name, greeting);
  }

  return {
    project: null, canUndo: false, canRedo: false, saving: { state: 'saved', failure: null }, elsewhere: null, restored: false, starting: false, refusal: null,

    begin,
    open,
    create: createProject,
    async discard(first) {
      await autosave.flush();
      const { project } = get();
      if (!project) return;
      removing = project.id;
      try {
        const id = adopted.get(project.id) ?? project.id;
        if (!isDraft({ id })) await call('projects.remove', { id });
        autosave.drop(project.id);
        forgetUnsaved(project.id);
        await begin(first);
      } finally {
        removing = null;
      }
    },
    show: (project) => void showNew(project),

    edit(wishes, group) {
      if (history) dirty(changed(history, { ...history.present, ...wishes }, { group: group ?? null, at: Date.now() }));
    },
    type(changes) {
      if (!history) return;
      const segments = changes.reduce<Project['segments']>(withChange, history.present.segments);
      // A pasted paragraph, a line break and a deleted stretch are steps of their own.
      const isKey = changes.every(({ from, to, insert }) => insert.length <= 2 && to - from <= 2 && !insert.includes('\n'));
      dirty(changed(history, { ...history.present, segments }, { group: isKey ? 'typing' : null, at: Date.now() }));
    },
    settle: (wishes) => amend(() => wishes),
    undo() {
      if (history) dirty(keepingMade(undone(history), history.present));
    },
    redo() {
      if (history) dirty(keepingMade(redone(history), history.present));
    },
    mark: (mark) => amend(({ marks }) => ({ marks: withMark(marks, mark) })),
    addTake: (takeId) => amend(({ takeIds }) => ({ takeIds: [...takeIds.filter((id) => id !== takeId), takeId] })),
    setBatch: (batch) => amend(() => ({ batch })),
    saveNow: () => autosave.flush(),
    keepNow,
    isOpen(id) {
      const now = get().project?.id;
      return now !== undefined && (now === id || now === adopted.get(id));
    },
    heard(at) {
      const { project, saving } = get();
      const savedAt = project && known.get(project.id);
      // Else it may be ours, on its way.
      const isSettled = project && !unanswered.has(project.id) && saving.state !== 'saving';
      if (isSettled && savedAt && Date.parse(at) > Date.parse(savedAt)) set({ elsewhere: at });
    },
    keepMine() {
      const { project, elsewhere } = get();
      if (!project || elsewhere === null) return Promise.resolve();
      known.set(project.id, elsewhere);
      set({ elsewhere: null });
      autosave.changed(project);
      return autosave.flush();
    },
    async takeTheirs() {
      const { project, elsewhere } = get();
      if (!project || elsewhere === null || !history) return;
      const { project: theirs, savedAt } = await versionOf(project.id);
      autosave.drop(project.id);
      forgetUnsaved(project.id);
      present(changed(history, theirs, { at: Date.now() }));
      if (savedAt !== null) known.set(project.id, savedAt);
      set({ elsewhere: null });
    },

    async speak() {
      const { project, starting } = get();
      if (!project || starting) return;
      noteAsked();
      set({ starting: true, refusal: null });
      try {
        const avatar = project.avatarId ?? '';
        const known = usePlan.getState();
        const plan = !needsPlan(project) ? null : known.plan && known.text === textOf(project.segments) ? known.plan : await planOf(project);
        const sessionId = await seat();
        await giveWay(project);
        const take = await call('takes.start', { sessionId, request: requestOf(project, avatar, plan), projectId: isDraft(project) ? null : project.id, leadSec: LEAD_SEC });
        noteOwn(take.id);
        queries.setQueryData(['takes.show', { takeId: take.id }], take);
        useCurrentTake.getState().show(take.id);
        get().addTake(take.id);
      } catch (error) {
        set({ refusal: errorData(error) });
      } finally {
        set({ starting: false });
      }
    },
    async cancel() {
      const { takeId } = useCurrentTake.getState();
      if (takeId !== null) await call('takes.cancel', { takeId });
    },
    dismissRefusal: () => set({ refusal: null }),
  };
});

/** Some of the project's fields; null while none is open. Who uses them is drawn again when one of them changes, not at every key in the script. */
export function useFields<K extends keyof Project>(...names: K[]): Pick<Project, K> | null {
  return useProject(useShallow(({ project }) => project && (Object.fromEntries(names.map((name) => [name, project[name]])) as Pick<Project, K>)));
}

const EMPTY: Omit<Project, 'id' | 'name' | 'segments'> = {
  version: 1, avatarId: null, voices: { fa: null, en: null }, rate: 1, pitch: 1, audio: null, model: null, fps: null, size: null, background: 'keep', idle: true, quality: 'live',
  lexicon: [], takeIds: [], marks: [], batch: [],
};

const keepingMade = (step: History<Project>, { takeIds, marks, batch }: Project): History<Project> => ({ ...step, present: { ...step.present, takeIds, marks, batch } });

/** One mark per take and segment; one that says nothing is none. */
function withMark(marks: readonly ReviewMark[], mark: ReviewMark): ReviewMark[] {
  const others = marks.filter(({ takeId, segmentIndex }) => takeId !== mark.takeId || segmentIndex !== mark.segmentIndex);
  return mark.verdict === null && mark.note === '' ? others : [...others, mark];
}

/** Called once, by the page: what is not saved yet outlives it. */
export function keepWhenPageGoes(): () => void {
  const leave = () => {
    const { keepNow, saveNow } = useProject.getState();
    keepNow();
    void saveNow();
  };
  window.addEventListener('pagehide', leave);
  return () => window.removeEventListener('pagehide', leave);
}
