#!/usr/bin/env node
// The door to the command line: fails early and clearly where Node is too old, because the SQLite and codec
// libraries crash there instead of throwing. Plain JavaScript, so that an old Node can read it.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`Sima needs Node 22.18 or newer and this is ${process.version}. Run it through npm (“npm run -s sima -- …”), which uses the Node that the project brings along.`);
  process.exit(2);
}
// Sources are compiled once and not at each start: of this process, and of the engine's and its threads, which find the folder in their environment.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../.cache/node', import.meta.url));
module.enableCompileCache();
await import('../src/cli/process.ts');
