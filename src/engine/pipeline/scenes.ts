/** Open scenes of the renderer: a face at a size, before a background, with its rig. Takes that show the same face alike share one. */
import type { RenderRequest } from '../../shared/contract.ts';
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
  /** Takes that are using it now; it is never closed under them. */
  users: number;
}

export function openScenes(renderer: Renderer, sessions: Pick<Sessions, 'run'>): Scenes {
  /** The one used last is the last. */
  const scenes: OpenScene[] = [];
  let opened = 0;

  return {
    get opened() {
      return opened;
    },
    async use(avatar, variantsFolder, { size = null, idle, background }, rate, signal) {
      const key = JSON.stringify([avatar.id, size, idle, background, rate]);
      const known = scenes.find((each) => each.key === key);
      const open = async () => {
        opened += 1;
        const variant = await variantOf(avatar, size, parseBackground(background), { folder: variantsFolder, sessions, ...(signal ? { signal } : {}) });
        return renderer.call('openScene', { avatar: variant, size, rate, idle }, signal);
      };
      const scene = known ?? { key, opened: open(), users: 0 };
      if (known) scenes.splice(scenes.indexOf(known), 1);
      scenes.push(scene);
      // A failed one is tried anew next time.
      if (!known) scene.opened.catch(() => scenes.splice(scenes.indexOf(scene), 1));
      scene.users += 1;
      const leave = async () => {
        scene.users -= 1;
        const idleScenes = scenes.filter((each) => each.users === 0);
        for (const old of idleScenes.slice(0, Math.max(0, idleScenes.length - SCENES_KEPT))) {
          scenes.splice(scenes.indexOf(old), 1);
          await renderer.call('closeScene', (await old.opened).sceneId);
        }
      };
      return { ...(await scene.opened), leave };
    },
    async close() {
      await Promise.allSettled(scenes.map(async (scene) => renderer.call('closeScene', (await scene.opened).sceneId)));
    },
  };
}
