/**
 * Files on their way to becoming avatars: looked at here, uploaded, looked at by the studio, one of several faces chosen, registered. It goes on
 * while the user is on another screen.
 */
import { create } from 'zustand';
import type { AvatarRow, InspectEvent } from '../../../shared/contract/avatar.ts';
import { errorData, type ErrorData } from '../../../shared/errors.ts';
import { call, client } from '../../studio/connection.ts';
import { upload } from '../../studio/host.ts';
import { lookAt, type Refusal } from './atTheDoor.ts';

export type FoundFaces = Extract<InspectEvent, { type: 'faces' }>;

export interface Arrival {
  key: string;
  name: string;
  sizeBytes: number;
  /** `waiting`: for its turn. `choosing`: it shows several faces. `faceless`: it shows none. */
  stage: 'waiting' | 'uploading' | 'looking' | 'choosing' | 'registering' | 'done' | 'faceless' | 'failed';
  /** 0..1 of the stage; null: not known. */
  done: number | null;
  found: FoundFaces | null;
  failure: ErrorData | null;
  /** What it became; several where several faces were chosen. */
  avatars: AvatarRow[];
  /** false: these bytes were registered before. */
  isNew: boolean;
}

export interface RefusedFile {
  name: string;
  reason: Refusal;
}

interface Intake {
  arrivals: Arrival[];
  /** Of the last time that files were given. */
  refused: RefusedFile[];
  /** Files being looked at before they come in. */
  checking: number;
  take: (files: Iterable<File>) => Promise<void>;
  /** @param faces from 1, left to right */
  choose: (key: string, faces: readonly number[]) => void;
  retry: (key: string) => void;
  /** Ends what is under way, and takes it off the list. */
  dismiss: (key: string) => void;
  dismissDone: () => void;
  dismissRefused: () => void;
}

/** Uploads and looks at the same time; the engine prepares one after the other anyway. */
const AT_ONCE = 2;

export const useIntake = create<Intake>((set) => {
  const files = new Map<string, File>();
  const under = new Map<string, AbortController>();
  /** Who waits for the user's choice. */
  const choices = new Map<string, (faces: readonly number[]) => void>();
  let running = 0;
  const waiting: (() => void)[] = [];

  const change = (key: string, to: Partial<Arrival>): void => set(({ arrivals }) => ({ arrivals: arrivals.map((each) => (each.key === key ? { ...each, ...to } : each)) }));

  async function turn(): Promise<() => void> {
    if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    running += 1;
    return () => {
      running -= 1;
      waiting.shift()?.();
    };
  }

  async function bringIn(key: string, file: File): Promise<void> {
    const abort = new AbortController();
    const { signal } = abort;
    under.set(key, abort);
    const release = await turn();
    let isHeld = true;
    const giveTurn = () => {
      if (isHeld) release();
      isHeld = false;
    };
    try {
      if (signal.aborted) return;
      change(key, { stage: 'uploading', done: 0 });
      const uploaded = await upload(file, file.name, { signal, onProgress: (done) => change(key, { done }) });
      change(key, { stage: 'looking', done: null });
      const found = await facesOf(uploaded, signal);
      if (found.faces.length === 0) return change(key, { stage: 'faceless', found, done: null });
      let faces: readonly number[] = [1];
      if (found.faces.length > 1) {
        giveTurn(); // others need not wait for the user
        change(key, { stage: 'choosing', found, done: null });
        faces = await new Promise<readonly number[]>((resolve, reject) => {
          choices.set(key, resolve);
          signal.addEventListener('abort', () => reject(new DOMException('Canceled.', 'AbortError')), { once: true });
        });
      }
      const avatars: AvatarRow[] = [];
      let isNew = false;
      for (const [i, face] of faces.entries()) {
        change(key, { stage: 'registering', found, done: i / faces.length });
        for await (const event of (await client()).stream('avatars.register', { file: uploaded, ...(found.faces.length > 1 ? { face } : {}) }, { signal })) {
          if (event.type === 'progress') change(key, { done: (i + event.done) / faces.length });
          else {
            // Those of one picture would all be called after it.
            const isOneOfSeveral = event.isNew && found.faces.length > 1;
            avatars.push(isOneOfSeveral ? await call('avatars.describe', { id: event.avatar.id, name: `${event.avatar.name.slice(0, 190)} ${face}` }) : event.avatar);
            isNew ||= event.isNew;
          }
        }
      }
      change(key, { stage: 'done', done: 1, avatars, isNew });
      files.delete(key);
    } catch (error) {
      if (!signal.aborted) change(key, { stage: 'failed', done: null, failure: errorData(error) });
    } finally {
      choices.delete(key);
      under.delete(key);
      giveTurn();
    }
  }

  return {
    arrivals: [],
    refused: [],
    checking: 0,
    async take(given) {
      const all = [...given];
      set(({ checking }) => ({ checking: checking + all.length, refused: [] }));
      const refused: RefusedFile[] = [];
      for (const file of all) {
        const verdict = await lookAt(file);
        set(({ checking }) => ({ checking: checking - 1 }));
        if (verdict !== 'photo' && verdict !== 'clip') {
          refused.push({ name: file.name, reason: verdict });
          continue;
        }
        const key = crypto.randomUUID();
        files.set(key, file);
        const arrival: Arrival = { key, name: file.name, sizeBytes: file.size, stage: 'waiting', done: null, found: null, failure: null, avatars: [], isNew: true };
        set(({ arrivals }) => ({ arrivals: [...arrivals, arrival] }));
        void bringIn(key, file);
      }
      set({ refused });
    },
    choose(key, faces) {
      choices.get(key)?.(faces);
    },
    retry(key) {
      const file = files.get(key);
      if (!file || under.has(key)) return;
      change(key, { stage: 'waiting', done: null, failure: null, found: null });
      void bringIn(key, file);
    },
    dismiss(key) {
      under.get(key)?.abort();
      files.delete(key);
      set(({ arrivals }) => ({ arrivals: arrivals.filter((each) => each.key !== key) }));
    },
    dismissDone: () => set(({ arrivals }) => ({ arrivals: arrivals.filter(({ stage }) => stage !== 'done') })),
    dismissRefused: () => set({ refused: [] }),
  };
});

async function facesOf(file: string, signal: AbortSignal): Promise<FoundFaces> {
  for await (const event of (await client()).stream('avatars.inspect', { file }, { signal })) if (event.type === 'faces') return event;
  throw new Error('The studio looked at the file and said nothing.');
}
