import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

export default defineConfig({
  main: { build: { rollupOptions: { input: { index: 'src/main/index.ts' } } } },
  preload: { build: { rollupOptions: { input: { index: 'src/preload/index.ts' }, output: { format: 'cjs', entryFileNames: '[name].cjs' } } } },
  renderer: { root: 'src/renderer', plugins: [react()], build: { rollupOptions: { input: 'src/renderer/index.html' } } },
});
