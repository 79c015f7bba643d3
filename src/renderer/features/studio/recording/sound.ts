/** A recording of the user's own on its way into the project, and what was brought here to listen to again. */
import { create } from 'zustand';
import i18next from 'i18next';
import { toast } from 'sonner';
import { useProject } from '../../../state/project.ts';
import { tellFailure } from '../../../ui/states.tsx';
import { uploadForProject } from '../uploadForProject.ts';

interface Sound {
  /** 0..1 of the upload; null: none is under way. */
  sending: number | null;
  /** By the upload's name: what this page can play. The studio gives uploads to nobody. */
  heard: Readonly<Record<string, string>>;
}

export const useSound = create<Sound>(() => ({ sending: null, heard: {} }));
let sending: AbortController | null = null;

export const cancelSending = (): void => sending?.abort();

/** By what it is called; videos are taken for their sound. */
const isSound = ({ type, name }: File): boolean => /^(audio|video)\//.test(type) || /\.(wav|mp3|m4a|aac|flac|ogg|oga|opus|wma|aiff?|mkv|mka)$/i.test(name);

/** @returns false: there was no sound file among them, which is said where a file was meant to be one */
export function takeSound(files: Iterable<File>, { chosen = false }: { chosen?: boolean } = {}): boolean {
  const all = [...files];
  const file = all.find(isSound);
  if (file) void bringFile(file);
  else if (chosen && all[0]) tellNoSound(all[0]);
  return file !== undefined;
}

const tellNoSound = ({ name }: File): void => void toast.error(i18next.t('recording.notSound', { ns: 'studio', name }));

async function bringFile(file: File): Promise<void> {
  if (await isSurelyNoSound(file)) tellNoSound(file);
  else await bringSound(file, file.name);
}

const HEAD_BYTES = 512;

/** Told from its first bytes, before anything is sent: a text, nothing but zeros, nothing at all, or a folder. What is left is the studio's to say. */
async function isSurelyNoSound(file: File): Promise<boolean> {
  try {
    const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
    return head.every((byte) => byte === 0) || head.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
  } catch {
    return true;
  }
}

/** Sends it and makes it what the project says instead of its script. */
export async function bringSound(blob: Blob, name: string): Promise<boolean> {
  sending?.abort();
  const abort = (sending = new AbortController());
  useSound.setState({ sending: 0 });
  try {
    const file = await uploadForProject(blob, name, { signal: abort.signal, onProgress: (done) => sending === abort && useSound.setState({ sending: done }) });
    if (file === null) return false;
    useSound.setState(({ heard }) => ({ heard: { ...heard, [file]: URL.createObjectURL(blob) } }));
    useProject.getState().edit({ audio: { file, name: name.slice(0, 200) } });
    return true;
  } catch (error) {
    if (!abort.signal.aborted) tellFailure(error);
    return false;
  } finally {
    if (sending === abort) {
      sending = null;
      useSound.setState({ sending: null });
    }
  }
}
