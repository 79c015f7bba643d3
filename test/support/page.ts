/** The studio's page over the real studio, in real browser windows: built once for all tests, served on a port of its own. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { isBuilt } from '../../src/cli/build.ts';
import { PRESENTERS } from '../../src/cli/commands/demo.ts';
import { BUILT_PAGE } from '../../src/engine/service/page.ts';
import { openService, type Service } from '../../src/engine/service/server.ts';
import { studioMedia } from '../../src/engine/service/studioMedia.ts';
import { openStudio, type Studio, type StudioOptions } from '../../src/engine/studio/studio.ts';
import type { Project } from '../../src/shared/contract/project.ts';
import { launchChromium } from './chromium.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const CACHE = path.join(PROJECT, '.cache', 'page');
const DAY_MS = 86_400_000;

/** The newest change in a folder's files, and how many there are. */
function stampOf(folder: string): { newest: number; files: number } {
  let [newest, files] = [0, 0];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    newest = Math.max(newest, statSync(path.join(entry.parentPath, entry.name)).mtimeMs);
    files += 1;
  }
  return { newest, files };
}

/** Folder of the page as it is in the sources now; test files side by side build it once, or twice at worst. */
export async function builtPage(): Promise<string> {
  const stamps = ['renderer', 'shared'].map((room) => stampOf(path.join(PROJECT, 'src', room)));
  const folder = path.join(CACHE, stamps.map(({ newest, files }) => `${files}-${Math.round(newest)}`).join('-'));
  const isThere = () => statSync(path.join(folder, 'index.html'), { throwIfNoEntry: false }) !== undefined;
  if (isThere()) return folder;
  mkdirSync(CACHE, { recursive: true });
  for (const old of readdirSync(CACHE).map((name) => path.join(CACHE, name))) if (Date.now() - statSync(old).mtimeMs > DAY_MS) rmSync(old, { recursive: true, force: true });
  const work = mkdtempSync(path.join(CACHE, 'building-'));
  if (isBuilt()) cpSync(BUILT_PAGE, work, { recursive: true });
  else await build({ configFile: false, root: path.join(PROJECT, 'src', 'renderer'), plugins: [react(), tailwindcss()], build: { outDir: work, emptyOutDir: true }, logLevel: 'error' });
  try {
    renameSync(work, folder);
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    if (!isThere()) throw error; // else another test file was quicker
  }
  return folder;
}

export interface StudioPages {
  studio: Studio;
  service: Service;
  browser: Browser;
  home: string;
  /** A registered presenter. */
  avatarId: string;
  /** A new window at the studio's address, with a context of its own. */
  window(options?: { width?: number; height?: number }): Promise<Page>;
  /** A saved project with the presenter. */
  project(wishes: Partial<Project>): Promise<Project>;
  close(): Promise<void>;
}

/** @param page a folder with another build of it */
export async function openStudioPages(executablePath: string, options: Partial<StudioOptions> = {}, page?: string): Promise<StudioPages> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'sima-page-'));
  const studio = await openStudio({ home, ...options });
  const { calls, streams } = studio.handlers;
  const { signal } = new AbortController();
  const service = await openService({
    host: '127.0.0.1', port: 0, handlers: studio.handlers, ...studioMedia(studio),
    uploadsFolder: path.join(home, 'uploads'), page: page ?? (await builtPage()),
  });
  const browser = await launchChromium(executablePath);
  await studio.engine.ready();
  let avatarId = '';
  for await (const event of streams['avatars.register']({ file: PRESENTERS.woman, name: 'Sima' }, signal)) if (event.type === 'registered') avatarId = event.avatar.id;
  return {
    studio, service, browser, home, avatarId,
    async window({ width = 1280, height = 800 } = {}) {
      const context = await browser.newContext({ viewport: { width, height }, locale: 'en-GB' });
      return context.newPage();
    },
    async project(wishes) {
      const made = await calls['projects.create']({ name: 'Test', segments: [] }, signal);
      const project: Project = { ...made, avatarId, ...wishes };
      await calls['projects.save']({ project }, signal);
      return project;
    },
    async close() {
      await browser.close();
      await service.close();
      await studio.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
