/** Play, step, repeat, how fast and how loud. */
import { ChevronLeft, ChevronRight, Maximize, Minimize, Pause, Play, Repeat, SkipBack, SkipForward, Volume2, VolumeX } from 'lucide-react';
import { Slider } from 'radix-ui';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/format.ts';
import { RATES, usePlayer } from '../../../player/player.ts';
import type { TakeData } from '../../../player/takeData.ts';
import { IconButton } from '../../../ui/Button.tsx';
import { Select } from '../../../ui/fields.tsx';
import { Tip } from '../../../ui/Tip.tsx';
import { ExportTake } from '../../takes/ExportTake.tsx';
import { KEYS, toggleLoop } from './playerKeys.ts';
import { goToSegment } from './segments.ts';

export function Transport({ data, isFull, onFullScreen }: { data: TakeData | null; isFull: boolean; onFullScreen: () => void }) {
  const { t } = useTranslation('player');
  const playing = usePlayer((player) => player.playing);
  const looping = usePlayer((player) => player.loopRange !== null);
  const { toggle, stepFrames } = usePlayer.getState();
  const disabled = data === null;
  return (
    <div role="toolbar" aria-label={t('section')} className="flex flex-wrap items-center pb-1 @xl:gap-x-1">
      <IconButton disabled={disabled} label={t('previousSegment')} shortcut={KEYS.segmentBack} icon={SkipBack} onClick={() => goToSegment(data, -1)} />
      <IconButton disabled={disabled} label={t('previousFrame')} shortcut={KEYS.frameBack} icon={ChevronLeft} className="@max-lg:hidden" onClick={() => stepFrames(-1)} />
      <IconButton disabled={disabled} label={playing ? t('pause') : t('play')} shortcut={KEYS.toggle} icon={playing ? Pause : Play} size={20} onClick={toggle} />
      <IconButton disabled={disabled} label={t('nextFrame')} shortcut={KEYS.frameOn} icon={ChevronRight} className="@max-lg:hidden" onClick={() => stepFrames(1)} />
      <IconButton disabled={disabled} label={t('nextSegment')} shortcut={KEYS.segmentOn} icon={SkipForward} onClick={() => goToSegment(data, 1)} />
      <IconButton disabled={disabled} aria-pressed={looping} label={looping ? t('stopLoop') : t('loop')} shortcut={KEYS.loop} icon={Repeat} onClick={() => toggleLoop(data)} />
      <Clock />
      <span className="flex-1" />
      <Speed />
      <Volume />
      <ExportTake />
      <IconButton disabled={disabled} label={t(isFull ? 'leaveFullScreen' : 'fullScreen')} shortcut={KEYS.fullScreen} icon={isFull ? Minimize : Maximize} onClick={onFullScreen} />
    </div>
  );
}

/** Written into the page directly: it changes with every frame. */
function Clock() {
  const format = useFormat();
  const text = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const write = () => {
      const { currentSec, durationSec } = usePlayer.getState();
      const now = `${format.clock(currentSec, true)} / ${format.clock(durationSec, true)}`;
      // The player is paused as the screen goes.
      if (text.current && text.current.textContent !== now) text.current.textContent = now;
    };
    write();
    return usePlayer.subscribe(write);
  }, [format]);
  return <span ref={text} data-testid="clock" className="px-2 text-sm tabular-nums" />;
}

function Speed() {
  const { t } = useTranslation('player');
  const format = useFormat();
  const rate = usePlayer((player) => player.rate);
  const choices = RATES.map((each) => ({ value: String(each), label: t('rate', { value: format.number(each, each % 0.5 === 0 ? (each % 1 === 0 ? 0 : 1) : 2) }) }));
  return <Tip label={t('speed')}><div className="w-18"><Select hideLabel label={t('speed')} value={String(rate)} choices={choices} onChange={(value) => usePlayer.getState().setRate(Number(value))} /></div></Tip>;
}

function Volume() {
  const { t } = useTranslation('player');
  const format = useFormat();
  const volume = usePlayer((player) => player.volume);
  const muted = usePlayer((player) => player.muted);
  const { setMuted, setVolume } = usePlayer.getState();
  const loud = muted ? 0 : volume;
  return (
    <div className="flex items-center">
      <IconButton label={muted ? t('unmute') : t('mute')} shortcut={KEYS.mute} icon={loud === 0 ? VolumeX : Volume2} onClick={() => setMuted(!muted)} />
      <Tip label={t('volume')}>
        <Slider.Root dir="ltr" value={[loud]} min={0} max={1} step={0.05} onValueChange={([next]) => setVolume(next)} className="relative flex h-8 w-20 touch-none items-center @max-2xl:hidden">
          <Slider.Track className="relative h-1 grow rounded bg-line"><Slider.Range className="absolute h-full rounded bg-muted" /></Slider.Track>
          <Slider.Thumb aria-label={t('volume')} aria-valuetext={format.percent(loud)} className="block size-3 rounded-full bg-ink" />
        </Slider.Root>
      </Tip>
    </div>
  );
}
