/** What the doctor says is said in Persian, too: all of it, with nothing left out that it speaks of. */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { machineChecks } from '../../../src/engine/doctor/machineChecks.ts';
import { commandOf, isCommand, remarkOf } from '../../../src/renderer/features/doctor/report.ts';
import { saidIn } from '../../../src/renderer/features/doctor/said.ts';
import { checks } from '../../../src/renderer/i18n/fa/checks.ts';
import { textOf } from '../../../src/shared/phrase.ts';
import { machine, named } from '../../engine/doctor/machines.ts';

const FOLDER = fileURLToPath(new URL('../../../src/engine/doctor/', import.meta.url));

/** The forms of all phrases in the sources of the checks. */
function formsSaid(): Set<string> {
  const forms = new Set<string>();
  const look = (node: ts.Node): void => {
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'say') {
      const { template } = node;
      forms.add(ts.isNoSubstitutionTemplateLiteral(template) ? template.text : template.templateSpans.reduce((form, { literal }, i) => `${form}{${i}}${literal.text}`, template.head.text));
    }
    ts.forEachChild(node, look);
  };
  for (const name of readdirSync(FOLDER)) look(ts.createSourceFile(name, readFileSync(FOLDER + name, 'utf8'), ts.ScriptTarget.Latest, true));
  return forms;
}
const placesIn = (form: string): string[] => form.match(/\{\d+\}/g) ?? [];
/** Endings of English words, and verbs, that Persian does without. */
const ENGLISH_ALONE: Record<string, string[]> = {
  '{0} processor core{1}{2}': ['{1}'], '{0} avatar{1}': ['{1}'], '{0}, of which {1} {2} not whole: {3}{4}': ['{2}'], 'CUDA 12 and cuDNN 9 libraries: {0} {1} not found': ['{1}'],
  'Nothing to set: the guide’s {0} is for libraries built on OpenMP. The models’ runtime has threads of its own, and Sima gives it as many as fit the {1} core{2} here.': ['{2}'],
};

test('every form has its Persian, and no Persian is without its form', () => {
  expect(Object.keys(checks).toSorted()).toEqual([...formsSaid()].toSorted());
});

test('each speaks of the same things', () => {
  for (const [form, persian] of Object.entries(checks)) {
    if (persian === null) expect(form, 'words are said in Persian').not.toMatch(/[a-z]{3,} [a-z]{2,} [a-z]{2,} [a-z]{2,}/);
    else expect(placesIn(persian).toSorted(), form).toEqual(placesIn(form).filter((place) => !ENGLISH_ALONE[form]?.includes(place)));
  }
});

test('a command stands apart from what is to be known of it; several steps stay together', () => {
  const one = 'sudo nvidia-smi -i 0 -pm 1   (until the next start; to keep it: sudo systemctl enable --now nvidia-persistenced)';
  expect([commandOf(one), remarkOf(one), isCommand(one)]).toEqual(['sudo nvidia-smi -i 0 -pm 1', 'until the next start; to keep it: sudo systemctl enable --now nvidia-persistenced', true]);
  expect(remarkOf('export A=b   (they lie there); then sudo apt install c   (from NVIDIA)')).toBeNull();
  expect([commandOf('Name the CPU: --device cpu.'), remarkOf('Name the CPU: --device cpu.'), isCommand('Name the CPU: --device cpu.')]).toEqual(['Name the CPU: --device cpu.', null, false]);
});

test('a whole check: numbers in Persian digits, names in their own direction, what is typed as it is typed', () => {
  const all = machineChecks({ ...machine, nodeVersion: 'v20.1.0', cores: 2, memoryBytes: 2.5e9 });
  for (const check of all) expect(textOf(check.phrases.found)).toBe(check.found);
  expect(saidIn('en', named(all, 'machine.memory')).found).toBe('2.5 GB of memory');
  expect(saidIn('fa', named(all, 'machine.memory')).found).toBe('۲٫۵ گیگابایت حافظه');
  expect(saidIn('fa', named(all, 'machine.processor')).found).toBe('۲ هستهٔ پردازنده (\u2068A Processor\u2069)');
  expect(saidIn('fa', named(all, 'machine.node')).advice).toContain('Node 22.18 یا تازه‌تر');
});
