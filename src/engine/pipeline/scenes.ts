/** Open scenes of the renderer: a face at a size, before a background, with its rig. Takes that show the same face alike share one. */
import type { RenderRequest } from '../../shared/contract/request.ts';
import { orCanceled, throwIfCanceled } from '../../shared/errors.ts';
import { parseBackground } from '../avatar/background.ts';
import { variantOf } from '../avatar/plateVariant.ts';
import type { Avatar } from '../avatar/prepare.ts';
import type { Rate } from '../media/rate.ts';
import type { Sessions } from '../onnx/sessions.ts';
import type { Renderer } from './renderThread.ts';

/** Scenes that stay open though nobody uses them, so that another take of the same face starts at once. */
const SCENES_KEPT = 4;

export interface SceneInUse {
  sceneId: number;
  width: number;
  height: number;
  warnings: string[];
  /** When the take is over. */
  leave(): Promise<void>;
}

export interface Scenes {
  /**
   * The scene, opened or found open.
   * @param variantsFolder where plates at other sizes and before other backgrounds are kept
   */
  use(avatar: Avatar, variantsFolder: string, look: Pick<RenderRequest, 'size' | 'idle' | 'background'>, rate: Rate, signal?: AbortSignal): Promise<SceneInUse>;
  /** Opened since the beginning. */
  readonly opened: number;
  close(): Promise<void>;
}

interface OpenScene {
  key: string;
  opened: Promise<{ sceneId: number; width: number; height: number; warnings: string[] }>;
  isOpen: boolean;
  /** Ends the opening. */
  abort: AbortController;
  /** Takes that wait for it or are using it now; it is never closed under them. */
  users: number;
}

export function openScenes(renderer: Renderer, sessions: Pick<Sessions, 'run'>): Scenes {
  /** The one used last is the last. */
  const scenes: OpenScene[] = [];
  let opened = 0;
  const forget = (scene: OpenScene): void => {
    const at = scenes.indexOf(scene);
    if (at >= 0) scenes.splice(at, 1);
  };
  const leave = async (scene: OpenScene): Promise<void> => {
    scene.users -= 1;
    if (scene.users === 0 && !scene.isOpen) {
      // Nobody waits for it any more; who comes now begins anew.
      forget(scene);
      scene.abort.abort();
      void scene.opened.then(({ sceneId }) => renderer.call('closeScene', sceneId)).catch(() => undefined);
      return;
    }
    const idleScenes = scenes.filter((each) => each.users === 0);
    for (const old of idleScenes.slice(0, Math.max(0, idleScenes.length - SCENES_KEPT))) {
      forget(old);
      await renderer.call('closeScene', (await old.opened).sceneId);
    }
  };

  return {
    get opened() {
      return opened;
    },
    async use(avatar, variantsFolder, { size = null, idle, background }, rate, signal) {
      throwIfCanceled(signal);
      const key = JSON.stringify([avatar.id, size, idle, background, rate]);
      const known = scenes.find((each) => each.key === key);
      const abort = new AbortController();
      // Without the take's own signal: one that gives up must not end the opening for the others that wait for it.
      const open = async () => {
        opened += 1;
        const variant = await variantOf(avatar, size, parseBackground(background), { folder: variantsFolder, sessions, signal: abort.signal });
        return renderer.call('openScene', { avatar: variant, size, rate, idle }, abort.signal);
      };
      const scene: OpenScene = known ?? { key, opened: open(), isOpen: false, abort, users: 0 };
      forget(scene);
      scenes.push(scene);
      if (!known) {
        void scene.opened.then(
          () => (scene.isOpen = true),
          () => forget(scene), // it is tried anew next time
        );
      }
      scene.users += 1;
      try {
        return { ...(await orCanceled(scene.opened, signal)), leave: () => leave(scene) };
      } catch (error) {
        await leave(scene);
        throw error;
      }
    },
    async close() {
      await Promise.allSettled(scenes.map(async (scene) => renderer.call('closeScene', (await scene.opened).sceneId)));
    },
  };
}
