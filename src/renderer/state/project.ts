/**
 * The open project: every change goes through here, is a step that can be undone, and is saved by itself. What has been made of it (takes,
 * marks, batches) is no step: undoing a sentence does not lose a take.
 */
import { create } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import type { Project } from '../../shared/contract/project.ts';
import type { ReviewMark } from '../../shared/contract/qa.ts';
import { errorData, type ErrorData } from '../../shared/errors.ts';
import { isOver, type TakeInfo } from '../../shared/contract/take.ts';
import { noteAsked } from '../player/player.ts';
import { call, seat } from '../studio/connection.ts';
import { queries } from '../studio/queries.ts';
import { createAutosave, type Saving } from './autosave.ts';
import { useCurrentTake } from './currentTake.ts';
import { isSameWork, keptAt, savedElsewhere, savedElsewhereAt } from './elsewhere.ts';
import { begun, changed, redone, undone, type History } from './history.ts';
import { planOf, usePlan } from './plan.ts';
import { needsPlan, requestOf } from './renderRequest.ts';
import { textOf, withChange, type TextChange } from './segments.ts';
import { DRAFT, forgetUnsaved, isDraft, keepUnsaved, lastProjectId, readUnsaved, rememberLast } from './unsaved.ts';

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
  /** The studio has a version of that time. */
  heard: (savedAt: string) => void;
  /** What is here replaces what was saved elsewhere. */
  keepMine: () => Promise<void>;
  /** What was saved elsewhere is shown; undo brings back what is here. */
  takeTheirs: () => Promise<void>;

  /** Renders the project as it is, and shows the take; one of this page's that is still under way gives way to it. */
  speak: () => Promise<void>;
  cancel: () => Promise<void>;
  dismissRefusal: () => void;
}

/** How far ahead of its player a take is rendered. */
const LEAD_SEC = 60;

let history: History<Project> | null = null;

export const useProject = create<ProjectStore>((set, get) => {
  const autosave = createAutosave<Project>({
    async save(document) {
      if (isDraft(document)) return adopt(document);
      await saveKnown(document);
      // Else something newer is on its way here.
      if (get().project === document) forgetUnsaved(document.id);
    },
    onState: (saving) => set({ saving }),
  });
  /** Of projects by id: when the version was saved that this page knows, ISO 8601. */
  const known = new Map<string, string>();
  /** The version that was sent last, until the studio has answered. */
  let unanswered: Project | null = null;

  /** @throws what the studio says; also where it was saved elsewhere, and the user has not chosen yet */
  async function saveKnown(document: Project): Promise<void> {
    const { id } = document;
    const { project, elsewhere } = get();
    if (project?.id === id && elsewhere !== null) throw savedElsewhere(elsewhere);
    const before = unanswered;
    const basedOn = known.get(id);
    unanswered = document;
    try {
      const { savedAt } = await call('projects.save', { project: document, ...(basedOn === undefined ? {} : { basedOn }) });
      unanswered = null;
      known.set(id, savedAt);
    } catch (error) {
      const kept = keptAt(error);
      if (kept !== null) {
        unanswered = null;
        known.set(id, kept);
      }
      const savedAt = savedElsewhereAt(error);
      if (savedAt === null) throw error;
      unanswered = null;
      // Or it is ours, and only the answer was lost.
      if (before?.id !== id || !isSameWork(before, await call('projects.open', { id }))) {
        if (get().project?.id === id) set({ elsewhere: savedAt });
        throw error;
      }
      known.set(id, savedAt);
      await saveKnown(document);
    }
  }

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
    const { id } = await call('projects.create', { name: draft.name, segments: draft.segments });
    forgetUnsaved(draft.id);
    const { savedAt } = await call('projects.save', { project: { ...draft, id } });
    if (history?.present.id !== draft.id) return;
    const isCurrent = history.present === draft;
    const named = (project: Project): Project => ({ ...project, id });
    present({ ...history, past: history.past.map(named), present: named(history.present), future: history.future.map(named) });
    known.set(id, savedAt);
    rememberLast(id);
    if (isCurrent) return;
    keepUnsavedSoon();
    autosave.changed(history.present);
  }

  async function show(project: Project, { unsaved = false, savedAt = null }: { unsaved?: boolean; savedAt?: string | null } = {}): Promise<void> {
    await autosave.flush();
    if (get().elsewhere !== null) autosave.drop();
    if (savedAt === null) known.delete(project.id);
    else known.set(project.id, savedAt);
    present(begun(project));
    rememberLast(project.id);
    set({ refusal: null, restored: unsaved, elsewhere: null, saving: { state: 'saved', failure: null } });
    useCurrentTake.getState().show(null);
    const takeId = project.takeIds.at(-1);
    if (unsaved) autosave.changed(project);
    // It may have been removed since.
    const take = takeId === undefined ? null : await call('takes.show', { takeId }).catch(() => null);
    if (take && get().project?.id === project.id && useCurrentTake.getState().takeId === null) useCurrentTake.getState().show(take.id);
  }

  async function open(id: string): Promise<void> {
    const kept = readUnsaved(id);
    if (kept && isDraft(kept.project)) return show(kept.project, { unsaved: true });
    const { project, savedAt } = await versionOf(id);
    if (kept) {
      if (savedAt === null || Date.parse(savedAt) <= Date.parse(kept.at)) return show(kept.project, { unsaved: true, savedAt });
      forgetUnsaved(id);
    }
    return show(project, { savedAt });
  }

  /** Asked for the time first: a version that comes in between is then taken for another one, and never overwritten unseen. */
  async function versionOf(id: string): Promise<{ project: Project; savedAt: string | null }> {
    const row = (await call('projects.list', null)).find((each) => each.id === id);
    return { project: await call('projects.open', { id }), savedAt: row?.savedAt ?? null };
  }

  async function createProject(name: string, text = ''): Promise<void> {
    const segments = text === '' ? [] : [{ text }];
    try {
      await show(await call('projects.create', { name, segments }));
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
      const { project } = get();
      if (!project) return;
      await autosave.flush();
      if (!isDraft(project)) await call('projects.remove', { id: project.id });
      forgetUnsaved(project.id);
      await begin(first);
    },
    show: (project) => void show(project),

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
    heard(at) {
      const { project, saving } = get();
      const savedAt = project && known.get(project.id);
      // Else it may be ours, on its way.
      const isSettled = unanswered === null && (saving.state === 'saved' || saving.state === 'unsaved');
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
      autosave.drop();
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
        await giveWay();
        const take = await call('takes.start', { sessionId, request: requestOf(project, avatar, plan), projectId: isDraft(project) ? null : project.id, leadSec: LEAD_SEC });
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

/** Takes of one seat are rendered one after the other: who asks again does not want to wait for the one before. */
async function giveWay(): Promise<void> {
  const { takeId } = useCurrentTake.getState();
  const take = takeId === null ? undefined : queries.getQueryData<TakeInfo>(['takes.show', { takeId }]);
  if (take && !isOver(take.state)) await call('takes.cancel', { takeId: take.id }).catch(() => undefined); // it is over by now
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

let keeping: ReturnType<typeof setTimeout> | undefined;

/** A long script is not written at every key. */
function keepUnsavedSoon(): void {
  keeping ??= setTimeout(keepNow, 300);
}

function keepNow(): void {
  clearTimeout(keeping);
  keeping = undefined;
  const { project, saving } = useProject.getState();
  if (project && saving.state !== 'saved') keepUnsaved(project);
}

/** Called once, by the page: what is not saved yet outlives it. */
export function keepWhenPageGoes(): () => void {
  const leave = () => {
    keepNow();
    void useProject.getState().saveNow();
  };
  window.addEventListener('pagehide', leave);
  return () => window.removeEventListener('pagehide', leave);
}
