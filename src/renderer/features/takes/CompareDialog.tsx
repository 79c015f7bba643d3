/** Two takes side by side, played as one. */
import { ArrowLeftRight, Minus, Pause, Play, Plus, StepBack, StepForward, Volume2, VolumeX } from 'lucide-react';
import { Direction, Slider } from 'radix-ui';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TakeInfo } from '../../../shared/contract/take.ts';
import { useFormat } from '../../i18n/format.ts';
import { useShortcuts } from '../../shell/shortcuts.ts';
import { useCall } from '../../studio/queries.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Failure, Loading } from '../../ui/states.tsx';
import { bringTogether } from './pairPlayer.ts';
import { durationOf, excerptOf, videoOf } from './takeWords.ts';

type Side = 'left' | 'right';

export function CompareDialog({ takeIds, onClose }: { takeIds: readonly string[]; onClose: () => void }) {
  const { t } = useTranslation('takes');
  const first = useCall('takes.show', { takeId: takeIds[0] });
  const second = useCall('takes.show', { takeId: takeIds[1] });
  const error = first.error ?? second.error;
  return (
    <Dialog open wide onClose={onClose} title={t('compare.title')}>
      {error ? <Failure error={error} /> : first.data && second.data ? <Comparing takes={[first.data, second.data]} /> : <Loading />}
    </Dialog>
  );
}

function Comparing({ takes }: { takes: readonly [TakeInfo, TakeInfo] }) {
  const { t } = useTranslation('takes');
  const format = useFormat();
  const [swapped, setSwapped] = useState(false);
  const [heard, setHeard] = useState<Side>('left');
  const [offset, setOffset] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [atSec, setAtSec] = useState(0);
  const [left, right] = [useRef<HTMLVideoElement>(null), useRef<HTMLVideoElement>(null)];
  const shown: Record<Side, TakeInfo> = swapped ? { left: takes[1], right: takes[0] } : { left: takes[0], right: takes[1] };
  const { rate } = shown.left;
  const frameSec = rate === null ? 0.04 : rate.den / rate.num;
  const durationSec = Math.max(durationOf(shown.left) ?? 0, 0.1);

  useEffect(() => {
    let frame = 0;
    const tick = () => {
      if (left.current && right.current) {
        bringTogether({ lead: left.current, follow: right.current, offsetSec: offset * frameSec });
        setAtSec(left.current.currentTime);
        setPlaying(!left.current.paused);
      }
      frame = requestAnimationFrame(tick);
    };
    tick();
    return () => cancelAnimationFrame(frame);
  }, [left, right, offset, frameSec]);

  const seek = (sec: number) => {
    if (left.current) left.current.currentTime = Math.min(Math.max(0, sec), durationSec);
  };
  const step = (frames: number) => {
    left.current?.pause();
    // In the middle of a frame: its start may still show the one before.
    seek((Math.floor((left.current?.currentTime ?? 0) / frameSec + 0.01) + frames + 0.5) * frameSec);
  };
  const toggle = () => {
    if (!left.current) return;
    if (left.current.paused) void left.current.play();
    else left.current.pause();
  };
  const nudge = (frames: number) => setOffset((now) => now + frames);
  const swap = () => {
    setSwapped((now) => !now);
    setOffset((now) => -now);
  };
  const other: Side = heard === 'left' ? 'right' : 'left';
  useShortcuts(t('compare.group'), [
    { keys: 'Alt+ArrowLeft', label: t('compare.back'), run: () => step(-1) }, { keys: 'Alt+ArrowRight', label: t('compare.forward'), run: () => step(1) },
    { keys: 'Alt+BracketLeft', label: t('compare.earlier'), run: () => nudge(1) }, { keys: 'Alt+BracketRight', label: t('compare.later'), run: () => nudge(-1) },
    { keys: 'Alt+KeyS', label: t('compare.swap'), run: swap }, { keys: 'Alt+KeyA', label: t('compare.hear', { side: t(`compare.${other}`) }), run: () => setHeard(other) },
  ]);

  return (
    <div className="flex flex-col gap-3">
      <div dir="ltr" className="grid grid-cols-1 gap-3 sm:grid-cols-2">
        {(['left', 'right'] as const).map((side) => (
          <Video key={side} side={side} take={shown[side]} video={side === 'left' ? left : right} isHeard={heard === side} onHear={() => setHeard(side)} onToggle={toggle} />
        ))}
      </div>
      <div dir="ltr" className="flex flex-wrap items-center gap-1">
        <IconButton autoFocus icon={playing ? Pause : Play} kind="plain" label={t(playing ? 'compare.pause' : 'compare.play')} shortcut="Space" onClick={toggle} />
        <IconButton icon={StepBack} label={t('compare.back')} shortcut="Alt+ArrowLeft" onClick={() => step(-1)} />
        <IconButton icon={StepForward} label={t('compare.forward')} shortcut="Alt+ArrowRight" onClick={() => step(1)} />
        <span className="px-1 text-xs tabular-nums">{format.clock(atSec, true)} / {format.clock(durationSec, true)}</span>
        <Slider.Root dir="ltr" value={[Math.min(atSec, durationSec)]} min={0} max={durationSec} step={frameSec} onValueChange={([next]) => seek(next)} className="relative flex h-8 min-w-40 flex-1 touch-none items-center">
          <Slider.Track className="relative h-1 grow rounded bg-line"><Slider.Range className="absolute h-full rounded bg-accent" /></Slider.Track>
          <Slider.Thumb aria-label={t('compare.seek')} aria-valuetext={format.clock(atSec, true)} className="block size-4 rounded-full border-2 border-accent bg-panel" />
        </Slider.Root>
      </div>
      <div className="flex flex-wrap items-center gap-1">
        <span className="text-xs text-muted">{t('compare.offset')}</span>
        <IconButton icon={Minus} kind="plain" label={t('compare.later')} shortcut="Alt+BracketRight" onClick={() => nudge(-1)} />
        <span className="min-w-16 text-center text-xs tabular-nums" aria-live="polite">{t('compare.offsetFrames', { count: offset })}</span>
        <IconButton icon={Plus} kind="plain" label={t('compare.earlier')} shortcut="Alt+BracketLeft" onClick={() => nudge(1)} />
        {offset !== 0 && <Button kind="quiet" onClick={() => setOffset(0)}>{t('compare.reset')}</Button>}
        <span className="flex-1" />
        <Button icon={ArrowLeftRight} tip={t('compare.swap')} shortcut="Alt+KeyS" onClick={swap}>{t('compare.swap')}</Button>
      </div>
    </div>
  );
}

function Video({ side, take, video, isHeard, onHear, onToggle }: { side: Side; take: TakeInfo; video: React.RefObject<HTMLVideoElement | null>; isHeard: boolean; onHear: () => void; onToggle: () => void }) {
  const { t } = useTranslation('takes');
  const format = useFormat();
  const [failed, setFailed] = useState(false);
  const name = t(`compare.${side}`);
  return (
    <figure className="flex min-w-0 flex-col gap-1">
      <div className="relative overflow-hidden rounded bg-black" style={{ aspectRatio: `${take.width ?? 16} / ${take.height ?? 9}`, maxHeight: '52vh' }}>
        {failed ? <p role="alert" className="flex size-full items-center justify-center text-white">{t('compare.failed')}</p> : (
          <video key={take.id} ref={video} src={videoOf(take)} muted={!isHeard} preload="auto" playsInline aria-label={t('compare.video', { side: name })} onClick={onToggle} onError={() => setFailed(true)} className="size-full object-contain" />
        )}
        <span className="absolute start-2 top-2 rounded bg-black/70 px-2 text-white">{name}</span>
      </div>
      <figcaption dir={Direction.useDirection()} className="flex items-center gap-2">
        <IconButton icon={isHeard ? Volume2 : VolumeX} label={t(isHeard ? 'compare.heard' : 'compare.hear', { side: name })} aria-pressed={isHeard} onClick={onHear} />
        <span className="flex min-w-0 flex-1 flex-col"><span className="truncate"><bdi>{excerptOf(take) || t('unnamed')}</bdi></span><span className="text-xs text-muted tabular-nums">{format.ago(take.createdAt)} · {format.clock(durationOf(take), true)} · {format.size(take.width, take.height)}</span></span>
      </figcaption>
    </figure>
  );
}
