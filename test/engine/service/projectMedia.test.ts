/** Packages of projects as they are asked for: made beside, sent, and gone; never more than a few at a time. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createProjectMedia } from '../../../src/engine/service/projectMedia.ts';
import { StudioError } from '../../../src/shared/errors.ts';
import { until } from '../../support/processes.ts';

let workFolder: string;
beforeEach(() => {
  workFolder = mkdtempSync(path.join(os.tmpdir(), 'sima-packages-'));
});
afterEach(() => rmSync(workFolder, { recursive: true, force: true }));

const left = (packages: number) => until(() => readdirSync(workFolder).length === packages);
const request = () => new Request('http://service/projects/x.simapack');

test('four at a time, whether they are read to their end, broken off or could not be made', async () => {
  const media = createProjectMedia({ workFolder, packProject: (id, to) => {
    if (id === 'missing') return Promise.reject(new StudioError('missing-asset', 'Its recording is gone.'));
    writeFileSync(to, `package ${id}`);
    return Promise.resolve('Mine');
  } });
  for (let i = 0; i < 5; i++) await expect(media('missing', request())).rejects.toMatchObject({ code: 'missing-asset' });
  const four = await Promise.all(['a', 'b', 'c', 'd'].map((id) => media(id, request())));
  await expect(media('e', request())).rejects.toMatchObject({ code: 'capacity' });
  expect(await four[0].text()).toBe('package a');
  await four[1].body!.cancel();
  await left(2);
  const more = [await media('e', request()), await media('f', request())];
  await expect(media('g', request())).rejects.toMatchObject({ code: 'capacity' });
  expect(await Promise.all([four[2], four[3], ...more].map((each) => each.text()))).toEqual(['package c', 'package d', 'package e', 'package f']);
  await left(0);
});
