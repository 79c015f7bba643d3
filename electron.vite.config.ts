import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

export default defineConfig({
  main: {
    build: {
      rollupOptions: {
        // The engine process and its threads are started by file name, so each source file stays a file of its own.
        input: {
          'main/index': 'src/main/index.ts',
          'engine/process/entry': 'src/engine/process/entry.ts',
          'engine/doctor/doctorThread': 'src/engine/doctor/doctorThread.ts',
          'engine/doctor/tryDeviceEntry': 'src/engine/doctor/tryDeviceEntry.ts',
          'engine/onnx/sessionThread': 'src/engine/onnx/sessionThread.ts',
          'engine/voice/speechThread': 'src/engine/voice/speechThread.ts',
          'engine/export/exportThreadEntry': 'src/engine/export/exportThreadEntry.ts',
          'engine/pipeline/renderThreadEntry': 'src/engine/pipeline/renderThreadEntry.ts',
          'engine/media/framePictureThread': 'src/engine/media/framePictureThread.ts',
          'engine/telemetry/machineThread': 'src/engine/telemetry/machineThread.ts',
        },
        output: { preserveModules: true, preserveModulesRoot: 'src' },
      },
    },
  },
  preload: { build: { rollupOptions: { input: { index: 'src/preload/index.ts' }, output: { format: 'cjs', entryFileNames: '[name].cjs' } } } },
  // Also served to browsers, so it is kept small.
  renderer: { root: 'src/renderer', plugins: [react(), tailwindcss()], build: { minify: true, rollupOptions: { input: 'src/renderer/index.html' } } },
});
