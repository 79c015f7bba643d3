/** `sima avatars …` as a user and a script see it. */
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorkplace } from '../../support/cli.ts';
import { damage } from '../../campaign/avatars/damage.ts';
import { pair, WOMAN } from '../avatar/presenters.ts';

const place = createWorkplace();
afterAll(() => place.remove());
const avatars = (...args: string[]) => place.sima(['avatars', ...args]);
const photo = place.file('input-sara.png');
beforeAll(async () => {
  await sharp(WOMAN).resize(384, 384).png().toFile(photo);
  writeFileSync(place.file('input-two.png'), await pair(256));
});

test('add, add again, list, search, show, verify, repair, remove', async () => {
  const added = await avatars('add', photo, '--name', 'سارا', '--consent-who', 'Sara', '--consent-statement', 'I agree.', '--json');
  expect(added).toMatchObject({ exitCode: 0, json: { isNew: true, avatar: { name: 'سارا', kind: 'photo', consent: { who: 'Sara', statement: 'I agree.' } } } });
  const id = String(added.json.id);
  expect(await avatars('add', photo, '--json')).toMatchObject({ exitCode: 0, json: { id, isNew: false } });
  expect((await avatars('list', '--search', 'سارا', '--json')).json.avatars).toMatchObject([{ id, name: 'سارا' }]);
  expect((await avatars('list', '--search', 'nobody')).stdout).toContain('No avatar is found');
  const shown = await avatars('show', id.slice(0, 6));
  expect(shown.stdout).toMatch(/Sara, .*: I agree\./);
  expect(await avatars('verify', '--json')).toMatchObject({ exitCode: 0, json: { ok: true } });

  const folder = path.join(place.file('home'), 'avatars', id);
  damage(path.join(folder, readdirSync(folder).find((name) => name.startsWith('face.'))!), 'flip');
  expect(await avatars('verify', '--json')).toMatchObject({ exitCode: 7, json: { ok: false, avatars: [{ id, ok: false, problems: [expect.stringContaining('checksum')] }] } });
  expect((await avatars('add', photo)).stderr).toContain('is whole again');
  expect((await avatars('verify')).exitCode).toBe(0);

  expect(await avatars('remove', id.slice(0, 6), '--json')).toMatchObject({ exitCode: 0, json: { id, removed: true } });
  expect(readdirSync(path.join(place.file('home'), 'avatars'))).toEqual([]);
});

test('what cannot be done is said in one sentence', async () => {
  for (const [args, exitCode, says] of [
    [['add', place.file('input-two.png')], 2, /2 faces.*--face/],
    [['add', photo, '--consent-who', 'Sara'], 2, /--consent-statement/],
    [['add', place.file('nothing.png')], 2, /nothing\.png/],
    [['show', 'abcdef'], 2, /no avatar “abcdef”/],
    [['remove', '../..'], 2, /no avatar/],
  ] as const) {
    const result = await avatars(...args);
    expect(result.stderr).toMatch(says);
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(result.exitCode).toBe(exitCode);
  }
});
