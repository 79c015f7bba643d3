#!/usr/bin/env node
/**
 * `npm run cuda`: fetches the CUDA provider of onnxruntime-node, which is too large for the package registry, by that package's own
 * installer. Linux x64 only. CUDA 12, cuDNN 9 and the driver are the system's: `npm run -s sima -- doctor` tells what is missing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const PROVIDERS = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'];

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

if (process.platform !== 'linux' || process.arch !== 'x64') {
  fail(`The CUDA provider is made for Linux x64 only, and this is ${process.platform} ${process.arch}. Elsewhere models reach the GPU through what comes along already: DirectML on Windows, CoreML on macOS.`);
}
let packageFolder;
try {
  packageFolder = path.dirname(path.dirname(createRequire(import.meta.url).resolve('onnxruntime-node')));
} catch {
  fail('onnxruntime-node is not installed. Run “npm ci” first.');
}
const files = PROVIDERS.map((name) => path.join(packageFolder, 'bin', 'napi-v6', 'linux', 'x64', name));
if (files.every((file) => existsSync(file))) {
  console.log('The CUDA provider is installed already.');
  process.exit(0);
}

console.log('Fetching the CUDA provider of onnxruntime-node (a large download)…');
const { status, stderr } = spawnSync(process.execPath, [path.join(packageFolder, 'script', 'install.js'), '--onnxruntime-node-install=cuda12'], { stdio: ['ignore', 'inherit', 'pipe'], encoding: 'utf8' });
if (status !== 0 || !files.every((file) => existsSync(file))) {
  for (const file of files) rmSync(file, { force: true }); // a part of it would look installed
  const reason = stderr.split('\n').find((line) => /error|fail/i.test(line))?.trim() ?? `its installer ended with ${status}`;
  fail(`The CUDA provider could not be fetched: ${reason}\nIt comes from api.nuget.org: check that this machine reaches it (behind a proxy, set GLOBAL_AGENT_HTTPS_PROXY), then run “npm run cuda” again. Until then models run on the CPU.`);
}
console.log('The CUDA provider is installed. “npm run -s sima -- doctor” tells whether a model runs on the GPU.');
