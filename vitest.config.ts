import path from 'node:path';
import { defineConfig } from 'vitest/config';

/**
 * Files with a process of their own: they replace modules, look at memory, or at what all of a process shares. The others share one for each worker, which
 * loads the modules that most of them need once.
 */
const ALONE = [
  'test/{build,e2e,main}/**/*.test.ts', 'test/engine/telemetry/*.test.ts', 'test/engine/{change,threads}.test.ts', 'test/engine/media/released.test.ts',
  'test/engine/onnx/{nativeTurns,sessions,sessionsOnGpu}.test.ts', 'test/engine/service/memory.test.ts', 'test/engine/studio/machine.test.ts', 'test/renderer/state/project.test.ts',
];

export default defineConfig({
  test: {
    // Real ONNX sessions, encoders and browsers on few cores: generous limits, and files in few processes.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What hangs on the clock of a machine that others use, too, may be unlucky once; the closing lines tell which tests were.
    retry: 1,
    pool: 'forks',
    maxWorkers: 2,
    reporters: ['default', './test/closingLine.ts'],
    // Command lines, engines and their threads are started by the hundred: only the first of each compiles its code.
    env: { NODE_COMPILE_CACHE: path.join(import.meta.dirname, '.cache', 'node') },
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE } },
      { extends: true, test: { name: 'together', include: ['test/**/*.test.ts'], exclude: ALONE, isolate: false } },
    ],
  },
});
