/** The page docs/LIPSYNC.md: figures, targets, and what to think of them. */
import { writeFile } from 'node:fs/promises';
import type { Lang } from '../../../src/shared/vocabulary.ts';
import { figure, figureTable, machineLine, percent, type Figure } from '../campaign.ts';
import { closureText } from './closureText.ts';
import { LANGS } from './speaker.ts';
import { sumClosures, type ClosureCount, type SpeakerResult } from './summary.ts';

const LANG_NAME: Record<Lang, string> = { fa: 'Persian', en: 'English' };

export async function writeReport(file: string, results: readonly SpeakerResult[], heard: readonly Figure[], tookSec: number): Promise<Figure[]> {
  const geometry = geometryFigures(results);
  const text = [...closureFigures(results), ...openingFigures(results), ...timeFigures(results)];
  await writeFile(file, page({ geometry, text, heard, results, tookSec }));
  return [...geometry, ...text, ...heard];
}

function geometryFigures(results: readonly SpeakerResult[]): Figure[] {
  const on = `${results.length} portraits`;
  const sum = (pick: (result: SpeakerResult) => number) => results.reduce((total, result) => total + pick(result), 0);
  const frames = sum(({ frames: count }) => count);
  const [far, same] = [sum(({ rest }) => rest.farFrames), sum(({ rest }) => rest.farSame)];
  const every = (pick: (result: SpeakerResult) => boolean) => results.every(pick);
  return [
    figure('A resting pose gives the plate, byte for byte', on, every(({ rest }) => rest.rest) ? 'yes' : 'no', 'yes', every(({ rest }) => rest.rest)),
    figure('First and last frame are the plate', on, every(({ rest }) => rest.ends) ? 'yes' : 'no', 'yes', every(({ rest }) => rest.ends)),
    figure('Frames > 0.8 s from any sound that are the plate', on, `${same} of ${far}`, 'all', far > 0 && same === far),
    figure('Frames that differ outside the mouth’s window', on, `${sum(({ leaks }) => leaks)} of ${frames}`, '0', sum(({ leaks }) => leaks) === 0),
    figure('Frames that differ in the nose window', on, `${sum(({ noseMoves }) => noseMoves)} of ${frames}`, '0', sum(({ noseMoves }) => noseMoves) === 0),
    ...results.map(({ portrait, pauses }) =>
      figure(`Greatest opening in pauses (${pauses.frames} frames, 0.1 s and more from any sound), of its range`, portrait.name, `${percent(pauses.commanded)} commanded, ${percent(pauses.found)} re-detected`, '≤ 10 %', Math.max(pauses.commanded, portrait.smile ? 0 : pauses.found) <= 0.1),
    ),
  ];
}

function closureFigures(results: readonly SpeakerResult[]): Figure[] {
  return LANGS.flatMap((lang) => {
    const pooled = sumClosures(results.map(({ closures }) => closures[lang]));
    const on = `${LANG_NAME[lang]}, ${results.length} portraits, ${pooled.seconds.toFixed(0)} s`;
    return [
      figure('m b p seen closed: re-detected opening < 20 % of p2–p95', on, closureText(pooled), '≥ 95 %', pooled.closed / pooled.tokens >= 0.95 && pooled.tokens >= 200 && pooled.seconds >= 60),
      figure('Vowels that stay closed', on, `${pooled.falselyClosed} of ${pooled.vowels}`, '≤ 3 %', pooled.falselyClosed / pooled.vowels <= 0.03),
    ];
  });
}

/** What the closure figures would say of lips that are early or late: how much they can tell. */
function sensitivity(results: readonly SpeakerResult[]): string {
  const row = (frames: number, counts: ClosureCount) => `| ${frames > 0 ? '+' : ''}${frames} | ${percent(counts.closed / counts.tokens)} | ${percent(counts.closedStrictly / counts.tokens)} | ${percent(counts.falselyClosed / counts.vowels)} |`;
  const asIs = sumClosures(results.flatMap(({ closures }) => LANGS.map((lang) => closures[lang])));
  const rows = results[0].late.map(({ frames }, i) => ({ frames, counts: sumClosures(results.map(({ late }) => late[i].counts)) }));
  rows.push({ frames: 0, counts: asIs });
  return ['| Lips later by (frames) | m b p closed | without the ± 1 frame | vowels that stay closed |', '|---|---|---|---|', ...rows.sort((a, b) => a.frames - b.frames).map(({ frames, counts }) => row(frames, counts))].join('\n');
}

function openingFigures(results: readonly SpeakerResult[]): Figure[] {
  return results.flatMap(({ portrait, vowels, r }) => {
    const share = vowels.found / vowels.commanded;
    const aboveRest = (vowels.found - vowels.atRest) / vowels.commanded;
    const beside = portrait.smile ? '' : `; above its reading at rest ${percent(aboveRest, 0)}`;
    return [
      figure('Vowels’ median opening, re-detected / commanded', portrait.name, `${percent(share, 0)} (${vowels.found.toFixed(3)} / ${vowels.commanded.toFixed(3)} mouth widths, ${vowels.count} vowels${beside})`, '≥ 80 %', share >= 0.8),
      figure('The same in the pixels, without a mesh', portrait.name, percent(vowels.inPixels, 0), '≥ 80 %', vowels.inPixels >= 0.8),
      figure('r, re-detected against commanded', portrait.name, r.toFixed(3), portrait.smile ? '≥ .60' : '≥ .90', r >= (portrait.smile ? 0.6 : 0.9)),
    ];
  });
}

function timeFigures(results: readonly SpeakerResult[]): Figure[] {
  return results.flatMap(({ portrait, lag, roughness }) => [
    figure('Opening against the speech envelope', portrait.name, `r ${lag.r.toFixed(2)} at ${Math.round(lag.lag)} frames; shifted sound ${lag.chance.toFixed(2)} (${lag.seconds.toFixed(0)} s)`, portrait.smile ? '' : '≥ .35 within ± 1 frame, above shifted sound', portrait.smile ? null : lag.r >= 0.35 && Math.abs(lag.lag) <= 1 && lag.r > lag.chance),
    figure('p95 of |second difference| / range', `${portrait.name}, ordinary text`, `${roughness.ordinary.found.toFixed(2)} (commanded ${roughness.ordinary.commanded.toFixed(2)})`, '≤ .75', roughness.ordinary.found <= 0.75),
    figure('The same', `${portrait.name}, dense text`, `${roughness.dense.found.toFixed(2)} (commanded ${roughness.dense.commanded.toFixed(2)})`),
  ]);
}

interface Page {
  geometry: readonly Figure[];
  text: readonly Figure[];
  heard: readonly Figure[];
  results: readonly SpeakerResult[];
  tookSec: number;
}

function page({ geometry, text, heard, results, tookSec }: Page): string {
  const further = results.some(({ portrait }) => !portrait.own);
  const missed = [...geometry, ...text, ...heard].filter(({ met }) => met === false);
  return `# Are the lips right?

Written by \`npm run campaign -- lips\`${further ? ' with `SIMA_FIXTURES` naming a folder of further portraits' : ''} (${machineLine()}; ${(tookSec / 60).toFixed(0)} minutes). Do not edit: run it again.
${missed.length === 0 ? 'All targets are met.' : `Targets missed: ${missed.map(({ what, on }) => `${what} (${on})`).join('; ')}. Why is said below.`}

## How it is measured
Texts written for it are spoken by the built-in voices and go through the stages of a take, 25 fps, 512×512, \`--no-idle\`, up to the
composed frame; nothing is encoded. Every frame is drawn, and the face mesh reads the opening again from the picture: gap of the inner
lips (points 13–14) over the mouth's width (78–308), the mean over four fixed crops around the face. *Dense* text has 21–25 % m b p among its
sounds, *ordinary* text 4–7 %. m b p count as closed where the lowest opening within their closure, ± 1 frame, is under 20 % of that
portrait's p2–p95 range; the closure of b and p begins 45 ms before eSpeak's event (70 ms after a pause), which marks the burst.
*By chance* is the same count on the curve shifted around against the sound. The two of a pair of portraits speak alternate paragraphs.

## Geometry
${figureTable(geometry)}

## Text path
${figureTable(text)}

What the closure figures can tell: the same curves, shifted against the sound.

${sensitivity(results)}

${heard.length === 0 ? '' : `## Recorded-speech path\nThe network hears sound without phoneme times: the same voices as if they were recordings, and a human reader where there is a fixture. Held-out voices and\nsentences, noise and reverberation are measured by \`npm run train:rig\`, not here: these voices are of the kind it was trained on.\n\n${figureTable(heard)}\n`}
## What to think of it
- **Closures by chance are frequent**: in dense text a window of three to six frames mostly touches one of the many closures, so their
  share alone proves little. Read it with the vowels that stay closed: together they betray lips that are two frames off (table above).
- **Vowels that stay closed**: of the woman's six, looked up one by one, five stand between two of m b p (“a map” in both paths, “remember me”, “sombre mood”,
  «آبی متری»), one just before an m. The smoothing of closures takes up to 75 ms of such a vowel's 90 to 130.
- **The mesh reads half-open mouths too small.** It takes the upper teeth for lip and the dark cavity's middle for the lower lip between
  about .08 and .20 mouth widths, and its reading moved by up to ± 40 % when the crop was shifted by 8 % (tried once, outside this campaign); wide and
  closed mouths it reads rightly. “In the pixels” is the same opening without a mesh: the rig drawn over a black and a white plate, counting what shows neither.
- **An open smile** hides the opening from the mesh: it reads teeth as gap, and lips that touch as a tenth of the mouth's width (they were
  looked at), so its vowels' ratio says little, and in pauses the commanded opening is judged.
- **Dense text is rough by nature**: a b between two open vowels is one or two frames long at 25 fps, and must close. The target is judged on ordinary text.
- Speech here is synthetic; see the recorded-speech path for what the network makes of sound without phoneme times.

## Contact sheets
Visemes held alone, then every frame of the first word or two of a take (time, sound at the frame's middle), then a blink.

![The woman's visemes](lipsync/visemes-woman.png)
![The man's visemes](lipsync/visemes-man.png)
![Frame by frame](lipsync/word.png)
![A blink](lipsync/blink.png)
`;
}
