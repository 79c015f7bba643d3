#!/usr/bin/env node
// The door to the command line: fails early and clearly where Node is too old, because the SQLite and codec
// libraries crash there instead of throwing. Plain JavaScript, so that an old Node can read it.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`Sima needs Node 22.18 or newer and this is ${process.version}. Run it through npm (“npm run -s sima -- …”), which uses the Node that the project brings along.`);
  process.exit(2);
}
await import('../src/cli/main.ts');
