/** Errors in Persian: those that a creator meets, of their real makers, and each by a sentence that is really said. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import i18next from 'i18next';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sniff } from '../../../src/engine/avatar/picture.ts';
import { writeFailure } from '../../../src/engine/media/wholeFile.ts';
import { runFailure } from '../../../src/engine/onnx/nativeErrors.ts';
import { bindWav2Lip } from '../../../src/engine/onnx/wav2lipBinding.ts';
import { checkScript } from '../../../src/engine/pipeline/script.ts';
import { storageFailure } from '../../../src/engine/library/durable.ts';
import { errorText } from '../../../src/renderer/i18n/errorText.ts';
import { errors } from '../../../src/renderer/i18n/fa/errors.ts';
import { startI18n } from '../../../src/renderer/i18n/i18n.ts';
import { errorData, type ErrorData } from '../../../src/shared/errors.ts';

const SOURCES = fileURLToPath(new URL('../../../src/', import.meta.url));

beforeAll(() => startI18n('fa'));
afterAll(() => i18next.changeLanguage('en'));

async function failureOf(act: () => unknown): Promise<ErrorData> {
  try {
    await act();
  } catch (error) {
    return errorData(error);
  }
  throw new Error('It did not fail.');
}

test('what stands in the text, the files and the disk', async () => {
  const said = async (act: () => unknown) => errorText(await failureOf(act));
  expect(await said(() => checkScript('  '))).toBe('متن خالی است. دست‌کم یک واژهٔ فارسی یا انگلیسی بنویسید.');
  expect(await said(() => checkScript('ا'.repeat(100_001)))).toBe('متن \u2066۱۰۰٬۰۰۱\u2069 نویسه دارد؛ حداکثر \u2066۱۰۰٬۰۰۰\u2069 نویسه ممکن است. آن را چند ویدیو کنید.');
  expect(await said(() => checkScript('😀'))).toMatch(/^متن چیزی برای گفتن ندارد/);
  expect(await said(() => checkScript('<speak>سلام <emph>دنیا</emph></speak>'))).toMatch(/^سطر ۱، ستون ۱۳: نشانه‌ای به نام \u2068<emph>\u2069 نیست/);
  expect(errorText(errorData(writeFailure('a.mp4', 28, '')))).toBe('دیسک پر است: \u2068a.mp4\u2069 نوشته نشد. کمی جا باز کنید و دوباره بیازمایید.');
  const full = storageFailure(Object.assign(new Error('full'), { code: 'SQLITE_FULL' }), 'The library /a');
  expect(errorText(errorData(full))).toBe('\u2068The library /a\u2069 به کار نمی‌آید: دیسک پر است؛ کمی جا باز کنید و دوباره بیازمایید.');
  const paused = `All of the take is rendered, but it cannot be finished. ${errorData(full).message} It is tried again by itself.`;
  expect(errorText({ message: paused, details: undefined })).toBe(`برداشت تا آخر ساخته شده است، ولی ذخیره نمی‌شود. ${errorText(errorData(full))} این کار خودبه‌خود از نو آزموده می‌شود.`);
});

test('models and devices: what is refused, and why', async () => {
  const one = (name: string, dims: (number | string)[]) => ({ name, type: 'float32', dims });
  expect(errorText(await failureOf(() => bindWav2Lip('a.onnx', [one('x', [1, 3])], [])))).toMatch(/^مدل \u2068a\.onnx\u2069 از جنس Wav2Lip نیست\. ورودی‌ها: .*\[N,6,S,S\] ← \[N,3,S,S\]/);
  const lost = runFailure('wav2lip', 'cuda', new Error('CUDA failure 719: unspecified launch failure'));
  expect(errorText(errorData(lost))).toMatch(/^مدل «\u2068wav2lip\u2069» روی \u2068cuda\u2069 شکست خورد: .* این دستگاه تنها پس از آغاز دوبارهٔ موتور پاسخ می‌دهد\.$/);
  expect(errorText({ message: 'The device “cuda” cannot be used: libcudnn.so.9 is missing. Use --device auto or --device cpu.', details: undefined })).toBe('دستگاه «\u2068cuda\u2069» به کار نمی‌آید (\u2068libcudnn.so.9 is missing\u2069). در تنظیمات «خودکار» یا «پردازنده» را برگزینید.');
});

test('what has no Persian, and every error in the English page, stays as it was said', async () => {
  const unknown = await failureOf(() => sniff('/nowhere/a.jpg'));
  expect(errorText(unknown)).toBe(unknown.message);
  const known = await failureOf(() => checkScript(''));
  await i18next.changeLanguage('en');
  expect(errorText(known)).toBe(known.message);
  await i18next.changeLanguage('fa');
});

test('the error of a failed take is data already, and stays what it is; what only looks like one is a bug', () => {
  const told = { code: 'io', message: 'The disk is gone.' } as const;
  expect(errorData(told)).toBe(told);
  expect(errorData({ code: 'EIO', message: 'x' }).code).toBe('bug');
  expect(errorData(Object.assign(new Error('x'), { code: 'io' })).code).toBe('bug');
});

test('each form is made of what the sources say, and its Persian speaks of the same things', () => {
  const sources = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.startsWith(path.join('renderer', 'i18n')))
    .map((name) => readFileSync(path.join(SOURCES, name), 'utf8'));
  for (const [form, persian] of Object.entries(errors)) {
    const places = form.match(/\{\d\}/g) ?? [];
    expect(places, form).toEqual(places.map((_, i) => `{${i}}`));
    expect(persian.match(/\{\d\}/g)?.toSorted() ?? [], form).toEqual(places);
    const pieces = form.split(/\{\d\}/).filter((piece) => piece.length > 3);
    expect(sources.some((source) => pieces.every((piece) => source.includes(piece))), form).toBe(true);
  }
});
