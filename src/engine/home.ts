/** Where Sima keeps its data, the same for the command line, the service and the app. */
import path from 'node:path';
import envPaths from 'env-paths';

/** What was asked for, else `$SIMA_HOME`, else the platform's data folder. Not created here. */
export function dataHome(asked: string | undefined): string {
  return path.resolve(asked ?? (process.env.SIMA_HOME || envPaths('sima', { suffix: '' }).data));
}
