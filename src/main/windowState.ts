/** Where the window was, for the next time; repaired where that is no longer on a screen. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BrowserWindow, Rectangle } from 'electron';
import { z } from 'zod';

const rectangle = z.object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) });
const windowState = z.object({ bounds: rectangle, isMaximized: z.boolean(), isFullScreen: z.boolean() });
export type WindowState = z.infer<typeof windowState>;

export const SMALLEST = { width: 1024, height: 700 };
const USUAL = { width: 1440, height: 900 };
/** So much of its upper edge must be on a screen to be taken hold of. */
const HOLD = { width: 160, height: 40 };
const SETTLED_MS = 400;

export function readWindowState(file: string): WindowState | null {
  try {
    return windowState.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null; // none yet, or none that can be read: the usual place
  }
}

/** @param areas the screens' places for windows, the main one first */
export function fitted(state: WindowState | null, areas: readonly Rectangle[]): WindowState {
  const [main] = areas;
  const sized = (wanted: { width: number; height: number }, area: Rectangle) => ({ width: Math.min(Math.max(wanted.width, SMALLEST.width), area.width), height: Math.min(Math.max(wanted.height, SMALLEST.height), area.height) });
  const home = state && areas.find((area) => canBeHeld(state.bounds, area));
  if (state && home) return { ...state, bounds: { x: state.bounds.x, y: state.bounds.y, ...sized(state.bounds, home) } };
  const size = sized(state?.bounds ?? USUAL, main);
  const bounds = { x: main.x + Math.round((main.width - size.width) / 2), y: main.y + Math.round((main.height - size.height) / 2), ...size };
  return { bounds, isMaximized: state?.isMaximized ?? false, isFullScreen: false };
}

function canBeHeld({ x, y, width }: Rectangle, area: Rectangle): boolean {
  const across = Math.min(x + width, area.x + area.width) - Math.max(x, area.x);
  return across >= HOLD.width && y >= area.y && y + HOLD.height <= area.y + area.height;
}

export function keepWindowState(window: BrowserWindow, file: string): void {
  let settling: NodeJS.Timeout | undefined;
  const keep = () => {
    clearTimeout(settling);
    const state: WindowState = { bounds: window.getNormalBounds(), isMaximized: window.isMaximized(), isFullScreen: window.isFullScreen() };
    try {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify(state));
    } catch {
      // The window then opens at its usual place.
    }
  };
  const soon = () => {
    clearTimeout(settling);
    settling = setTimeout(keep, SETTLED_MS);
  };
  window.on('resize', soon);
  window.on('move', soon);
  window.on('close', keep);
}
