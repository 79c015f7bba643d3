/** An hour in the player: any place is reached, and what the browser holds stays small. */
import { percentilesOf } from '../../../src/engine/bench/figure.ts';
import { LIMITS } from '../../../src/renderer/player/fragments.ts';
import { countOf, notePlayback, playbackOf, untilLoaded, untilPlayback } from '../../support/playback.ts';
import { figure } from '../campaign.ts';
import { newText, SIZE } from './speaking.ts';
import type { StudioPart } from './part.ts';

const MINUTES = 60;
/** Characters that a minute of speech takes, rather too many than too few. */
const CHARACTERS_A_MINUTE = 1000;
/** Minutes, back and forth. */
const PLACES = [30, 2, 58, 15, 45, 0, 59, 29, 7, 52];
const PLAYED_SEC = 5;

export const hour: StudioPart = {
  title: 'An hour',
  about: `A take of an hour, 512×512, opened in the player; ${PLACES.length} places all over it are sought and ${PLAYED_SEC} s are played from each. What the buffer holds is read from the element every second.`,
  async run(pages, log) {
    const take = await rendered(pages);
    const durationSec = (take.framesDone * take.rate!.den) / take.rate!.num;
    log(`  rendered: ${(durationSec / 60).toFixed(1)} minutes, ${Math.round((take.sizeBytes ?? 0) / 1e6)} MB`);
    const { id } = await pages.project({ name: 'An hour', size: SIZE, takeIds: [take.id] });
    const page = await pages.window({ width: 1440, height: 900 });
    try {
      await page.addInitScript(`localStorage.setItem('sima-project', '${id}')`);
      await notePlayback(page);
      await page.goto(pages.service.url);
      const bar = page.getByRole('slider', { name: 'Place in the take' });
      await untilLoaded(page);
      const { width, height } = (await bar.boundingBox())!;
      const soughtMs: number[] = [];
      let [heldSec, missed] = [0, 0];
      for (const minute of PLACES) {
        const after = countOf(await playbackOf(page), 'seeked');
        const began = performance.now();
        await bar.click({ position: { x: Math.min(width - 1, (width * minute * 60) / durationSec), y: height / 2 } });
        await untilPlayback(page, 'seeked', { after });
        soughtMs.push(performance.now() - began);
        await page.keyboard.press('Space');
        for (let sec = 0; sec < PLAYED_SEC; sec++) {
          await page.waitForTimeout(1000);
          heldSec = Math.max(heldSec, await page.locator('video').evaluate(({ buffered }: HTMLVideoElement) => Array.from({ length: buffered.length }, (_, i) => buffered.end(i) - buffered.start(i)).reduce((sum, span) => sum + span, 0)));
        }
        await page.keyboard.press('Space');
        const { sec } = await playbackOf(page);
        if (Math.abs(sec - minute * 60 - PLAYED_SEC) > (3 * durationSec) / width + 2) missed += 1;
      }
      const errors = countOf(await playbackOf(page), 'error');
      const { p50, max } = percentilesOf(soughtMs);
      const most = LIMITS.aheadSec + LIMITS.behindSec + 10;
      log(`  ${soughtMs.map(Math.round).join(', ')} ms; held at most ${heldSec.toFixed(0)} s; ${missed} missed, ${errors} errors`);
      const on = `${(durationSec / 60).toFixed(0)} minutes, ${Math.round((take.sizeBytes ?? 0) / 1e6)} MB`;
      return [
        figure('From the press to the place that was sought: median, slowest', on, `${Math.round(p50!)} ms, ${Math.round(max!)} ms`),
        figure('Places from which it played on', `${PLACES.length} of them`, `${PLACES.length - missed}, with ${errors} errors`, 'all, 0', missed === 0 && errors === 0),
        figure('Most that the browser held of it', on, `${Math.round(heldSec)} s`, `≤ ${most} s`, heldSec <= most),
      ];
    } finally {
      await page.context().close();
    }
  },
};

/** Not held back by a player. */
async function rendered({ studio, avatarId }: Parameters<StudioPart['run']>[0]) {
  const { calls, streams } = studio.handlers;
  const { signal } = new AbortController();
  let script = '';
  while (script.length < MINUTES * CHARACTERS_A_MINUTE) script += `${newText()} `;
  const { sessionId } = await calls['sessions.open']({}, signal);
  const { id } = await calls['takes.start']({ sessionId, projectId: null, leadSec: null, request: { avatar: avatarId, script, rate: 1, pitch: 1, size: SIZE, background: 'keep', idle: true, quality: 'live' } }, signal);
  for await (const event of streams['takes.watch']({ takeId: id }, signal)) if (event.type === 'take' && event.take.error) throw new Error(event.take.error.message);
  await calls['sessions.close']({ sessionId }, signal);
  return studio.takes.show(id);
}
