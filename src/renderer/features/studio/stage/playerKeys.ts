/** The player's keys, as video tools have them. Keys are named by their place, so that a Persian keyboard has them too. */
import { useTranslation } from 'react-i18next';
import { RATES, usePlayer } from '../../../player/player.ts';
import type { TakeData } from '../../../player/takeData.ts';
import { useShortcuts } from '../../../shell/shortcuts.ts';
import { goToSegment, segmentRangeAt } from './segments.ts';

const player = usePlayer.getState;

export const KEYS = {
  toggle: 'Space', frameBack: 'ArrowLeft', frameOn: 'ArrowRight', wordBack: 'Shift+ArrowLeft', wordOn: 'Shift+ArrowRight', segmentBack: 'ArrowUp', segmentOn: 'ArrowDown',
  start: 'Home', end: 'End', back: 'KeyJ', stop: 'KeyK', faster: 'KeyL', loopIn: 'BracketLeft', loopOut: 'BracketRight', loop: 'KeyO', mute: 'Shift+KeyM', fullScreen: 'KeyF',
} as const;

export function usePlayerKeys(data: TakeData | null, onFullScreen: () => void): void {
  const { t } = useTranslation('player');
  const enabled = data !== null;
  const keys: [keyof typeof KEYS, string, () => void][] = [
    ['toggle', t('play'), () => player().toggle()],
    ['frameBack', t('previousFrame'), () => player().stepFrames(-1)],
    ['frameOn', t('nextFrame'), () => player().stepFrames(1)],
    ['wordBack', t('previousWord'), () => player().stepWords(-1)],
    ['wordOn', t('nextWord'), () => player().stepWords(1)],
    ['segmentBack', t('previousSegment'), () => goToSegment(data, -1)],
    ['segmentOn', t('nextSegment'), () => goToSegment(data, 1)],
    ['start', t('toStart'), () => player().seek(0)],
    ['end', t('toEnd'), () => player().seek(player().durationSec)],
    ['back', t('back'), () => player().seek(player().currentSec - 1)],
    ['stop', t('stop'), () => player().pause()],
    ['faster', t('faster'), playFaster],
    ['loopIn', t('loopIn'), () => loopFrom()],
    ['loopOut', t('loopOut'), () => loopTo()],
    ['loop', t('loop'), () => toggleLoop(data)],
    ['mute', t('mute'), () => player().setMuted(!player().muted)],
    ['fullScreen', t('fullScreen'), onFullScreen],
  ];
  useShortcuts(t('section'), keys.map(([name, label, run]) => ({ keys: KEYS[name], label, run, enabled })));
}

function playFaster(): void {
  const { playing, rate, play, setRate } = player();
  if (playing) setRate(RATES.find((each) => each > rate) ?? rate);
  else play();
}

function loopFrom(): void {
  const { currentSec, loopRange, durationSec, loop } = player();
  loop({ startSec: currentSec, endSec: loopRange && loopRange.endSec > currentSec ? loopRange.endSec : durationSec });
}

function loopTo(): void {
  const { currentSec, loopRange, loop } = player();
  if (currentSec > 0) loop({ startSec: loopRange && loopRange.startSec < currentSec ? loopRange.startSec : 0, endSec: currentSec });
}

/** The sentence that is shown now, again and again. */
export function toggleLoop(data: TakeData | null): void {
  const { loopRange, loop, currentSec } = player();
  loop(loopRange ? null : segmentRangeAt(data, currentSec));
}
