/** Assembles kernel.wat. Run as a program it writes kernelBytes.ts: `node test/engine/rig/assembleKernel.ts`. */
import { readFile, writeFile } from 'node:fs/promises';
import wabt from 'wabt';

const FOLDER = new URL('../../../src/engine/avatar/rig/', import.meta.url);

/** @returns the module's bytes in base64 */
export async function assembleKernel(source: string): Promise<string> {
  const tools = await wabt();
  const parsed = tools.parseWat('kernel.wat', source, { simd: true });
  try {
    return Buffer.from(parsed.toBinary({}).buffer).toString('base64');
  } finally {
    parsed.destroy();
  }
}

if (import.meta.main) {
  const bytes = await assembleKernel(await readFile(new URL('kernel.wat', FOLDER), 'utf8'));
  await writeFile(
    new URL('kernelBytes.ts', FOLDER),
    `/** kernel.wat, assembled by test/engine/rig/assembleKernel.ts: not to be edited by hand. */\nexport const KERNEL_BASE64 =\n  '${bytes}';\n`,
  );
}
