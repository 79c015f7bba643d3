import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

// @ts-check
const engine = ['electron', 'electron/*', 'react', 'react-dom', '**/main/**', '**/renderer/**', '**/cli/**', '**/preload/**'];
/** The walls between rooms: what a folder may never import. docs/ARCHITECTURE.md has the table. */
const walls = {
  'src/shared': ['node:*', 'electron', 'electron/*', 'react', 'react-dom', '**/engine/**', '**/main/**', '**/renderer/**', '**/cli/**', '**/preload/**'],
  'src/engine': engine,
  // Functions of files, models and a signal. After `src/engine`: the last entry that matches a file is the one that counts.
  'src/engine/pipeline': [...engine, '**/library/**'],
  'src/engine/avatar': [...engine, '**/library/**'],
  'src/main': ['react', 'react-dom', '**/renderer/**', '**/cli/**'],
  'src/preload': ['node:*', '**/engine/**', '**/main/**', '**/renderer/**', '**/cli/**'],
  'src/renderer': ['node:*', 'electron', 'electron/*', '**/engine/**', '**/main/**', '**/cli/**', '**/preload/**'],
  'src/cli': ['electron', 'electron/*', 'react', 'react-dom', '**/main/**', '**/renderer/**', '**/preload/**'],
};
/** Native libraries with one importing room each. */
const single = { 'onnxruntime-node': 'src/engine/onnx', 'node-av': 'src/engine/media' };

const wall = (files, ignores, group, message) => ({
  files,
  ignores,
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [{ group, message }] }] },
});

export default tseslint.config(
  { ignores: ['node_modules', 'out', 'dist', 'demo', '.cache', '**/*.js'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-non-null-assertion': 'off', // typed arrays and checked indices; noUncheckedIndexedAccess is off for the same reason
      '@typescript-eslint/no-unnecessary-condition': 'off', // guards at the door look unnecessary to types
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/unified-signatures': 'off',
    },
  },
  { files: ['src/renderer/**/*.{ts,tsx}'], ...reactHooks.configs.flat['recommended-latest'] },
  ...Object.entries(walls).map(([room, group]) => {
    // One rule entry per file set wins in flat config, so the single-importer walls ride on the same entry.
    const natives = Object.keys(single).flatMap((name) => [name, `${name}/*`]);
    return wall([`${room}/**/*.{ts,tsx}`], Object.values(single).map((folder) => `${folder}/**`), [...group, ...natives], `${room} may not import this: see the table of rooms in docs/ARCHITECTURE.md.`);
  }),
  ...Object.entries(single).map(([name, folder]) => {
    const others = Object.keys(single).filter((other) => other !== name).flatMap((other) => [other, `${other}/*`]);
    return wall([`${folder}/**/*.ts`], [], [...walls['src/engine'], ...others], `${folder} may not import this: see the table of rooms in docs/ARCHITECTURE.md.`);
  }),
);
