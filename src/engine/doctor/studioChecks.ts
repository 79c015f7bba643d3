/** Sima's own parts, each of them really used: codecs, models, voices, avatars. */
import { say } from '../../shared/phrase.ts';
import type { Verdict } from '../onnx/manifest.ts';
import { checksOf, type Check } from './check.ts';

/** A problem is a sentence without its full stop, null where all went well. */
export interface StudioFacts {
  /** Of engine.json. */
  settingsProblem: string | null;
  codecs: {
    /** Two pictures and their sound were written as H.264 and AAC, and read back. */
    problem: string | null;
    /** The graphics card's encoder; Sima does not use it. */
    nvenc: boolean;
  };
  models: { verdicts: Verdict[]; needed: string[]; lipSync: string[] } | { problem: string };
  /** The lip-sync network that ships, opened and run on the CPU. */
  network: { id: string; runMs: number } | { problem: string };
  voices: { voice: string; problem: string | null; durationSec: number | null }[];
  /** null: nothing is registered yet. */
  avatars: { count: number; damaged: { id: string; problem: string; /** From the source, which is kept. */ repairable: boolean }[] } | { problem: string } | null;
}

const { ok, advise, wanting } = checksOf('studio');

export function studioChecks(facts: StudioFacts): Check[] {
  return [...settingsCheck(facts), codecCheck(facts), hardwareEncoderCheck(facts), ...modelChecks(facts), networkCheck(facts), ...facts.voices.map(voiceCheck), avatarsCheck(facts)];
}

const REINSTALL = say`npm ci   (in Sima’s folder)`;

function settingsCheck({ settingsProblem }: StudioFacts): Check[] {
  if (settingsProblem === null) return [];
  return [wanting('settings', say`The settings cannot be used: ${settingsProblem}`, say`Correct engine.json in the data folder, or delete it to use the defaults.`, say`The studio does not start with settings that it does not understand.`)];
}

function codecCheck({ codecs: { problem } }: StudioFacts): Check {
  if (problem === null) return ok('codecs', say`H.264 and AAC: written and read back`);
  return wanting('codecs', say`H.264 and AAC cannot be written and read back: ${problem}`, REINSTALL, say`Every take is encoded with them; the codec library comes with Sima’s packages.`);
}

function hardwareEncoderCheck({ codecs: { nvenc } }: StudioFacts): Check {
  const found = nvenc ? say`Encoding is done on the CPU; the graphics card’s encoder (NVENC) is there, and not needed` : say`Encoding is done on the CPU; the graphics card’s encoder (NVENC) is not there, and not needed`;
  return ok('nvenc', found, say`This way every machine encodes alike, and a card stays free for models.`);
}

function modelChecks({ models }: StudioFacts): Check[] {
  if ('problem' in models) return [wanting('models', say`The list of models cannot be used: ${models.problem}`, say`Do what it says, then run doctor again.`, say`Without it no model is found.`)];
  const { verdicts, needed, lipSync } = models;
  const broken = verdicts.filter(({ ok: isWhole }) => !isWhole);
  const absent = needed.filter((id) => !verdicts.some((verdict) => verdict.id === id));
  const checks = [
    ...broken.map(({ id, path, problem }) => needed.includes(id)
      ? wanting('models', say`Model ${id} is broken: ${problem ?? 'unknown'} (${path})`, say`git checkout -- models/   (in Sima’s folder; or install Sima again)`, say`Takes need it.`)
      : wanting('models', say`Model ${id} is broken: ${problem ?? 'unknown'} (${path})`, say`sima models remove ${id}, then import it again: sima models import FILE`, say`A take that names it would fail.`)),
    ...absent.map((id) => wanting('models', say`Model ${id} is missing from the list`, say`git checkout -- models/   (in Sima’s folder; or install Sima again)`, say`Takes need it.`)),
  ];
  const wav2lip = lipSync.length > 0 ? say`; Wav2Lip: ${lipSync.join(', ')}` : '';
  const note = lipSync.length > 0 ? undefined : say`No Wav2Lip model is imported; the built-in one needs none. To bring your own: sima models import FILE.onnx.`;
  return checks.length > 0 ? checks : [ok('models', say`${verdicts.length} models match their checksums${wav2lip}`, note)];
}

function networkCheck({ network }: StudioFacts): Check {
  if ('problem' in network) return wanting('network', say`Models cannot be run on the CPU: ${network.problem}`, REINSTALL, say`Finding faces and following recordings need them; the models’ runtime comes with Sima’s packages.`);
  return ok('network', say`Models run on the CPU (${network.id}: ${Number(network.runMs.toFixed(network.runMs < 1 ? 2 : 1))} ms a run)`);
}

function voiceCheck({ voice, problem, durationSec }: StudioFacts['voices'][number]): Check {
  if (problem !== null) return wanting(`voice-${voice}`, say`The voice “${voice}” does not speak: ${problem}`, REINSTALL, say`Texts in its language cannot be spoken; the voice comes with Sima’s packages.`);
  return ok(`voice-${voice}`, say`The voice “${voice}” speaks${durationSec === null ? '' : say` (a word of ${Number(durationSec.toFixed(2))} s)`}`);
}

function avatarsCheck({ avatars }: StudioFacts): Check {
  if (avatars === null) return ok('avatars', say`No avatars yet`);
  if ('problem' in avatars) return wanting('avatars', say`The avatars cannot be read: ${avatars.problem}`, say`Give yourself permission to read the data folder, or name another one with --home DIR.`, say`Takes of registered faces need them.`);
  const { count, damaged } = avatars;
  const found = say`${count} avatar${count === 1 ? '' : 's'}`;
  if (damaged.length === 0) return ok('avatars', say`${found}, files complete`, count === 0 ? undefined : say`Sizes were compared; checksums of everything: sima avatars verify.`);
  const shown = damaged.slice(0, 3).map(({ id, problem }) => `${id.slice(0, 12)} (${problem})`).join(', ');
  const broken = say`${found}, of which ${damaged.length} ${damaged.length === 1 ? 'is' : 'are'} not whole: ${shown}${damaged.length > 3 ? ' …' : ''}`;
  if (damaged.every(({ repairable }) => repairable)) return advise('avatars', broken, say`Nothing: it is made again from the kept source at its next use. Every fault: sima avatars verify.`, say`That next use takes as long as registering the face did.`);
  return wanting('avatars', broken, say`sima avatars verify tells each fault; then sima avatars remove ID, and register the face again: sima avatars add FILE.`, say`What cannot be made again from a kept source cannot be used.`);
}
