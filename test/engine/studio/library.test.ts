/** The host's own hand on the avatars, where the disk is not as it should be for a while. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openTestStudio } from '../../support/studios.ts';

test('a library that could not be opened is opened the next time that it is asked for, and keeps no studio from closing', async () => {
  const home = mkdtempSync(path.join(os.tmpdir(), 'sima-no-library-'));
  const inTheWay = path.join(home, 'avatars');
  writeFileSync(inTheWay, '');
  const open = await openTestStudio({ home });
  const { calls } = open.studio.handlers;
  const list = async () => calls['avatars.list']({ limit: 10, offset: 0 }, new AbortController().signal);
  await expect(list()).rejects.toMatchObject({ code: 'io' });
  rmSync(inTheWay);
  expect(await list()).toEqual([]);
  await open.close({ keepHome: true });

  rmSync(inTheWay, { recursive: true });
  writeFileSync(inTheWay, '');
  const again = await openTestStudio({ home });
  await expect(again.studio.library()).rejects.toMatchObject({ code: 'io' });
  await again.close();
  expect(again.studio.engine.closed).toBe(true);
});
