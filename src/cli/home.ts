import path from 'node:path';
import envPaths from 'env-paths';

/** Where Sima keeps its data: `--home`, else `$SIMA_HOME`, else the platform's data folder. Not created here. */
export function resolveHome(option: string | undefined): string {
  return path.resolve(option ?? (process.env.SIMA_HOME || envPaths('sima', { suffix: '' }).data));
}
