/** Where in the take: what is rendered, what has played, and the place. It follows the player without rendering anew for each frame. */
import { useEffect, useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/format.ts';
import { usePlayer } from '../../../player/player.ts';
import { secOf } from '../../../player/fragments.ts';
import type { TakeData } from '../../../player/takeData.ts';

const share = (sec: number, of: number): string => `${of > 0 ? Math.min(100, (100 * sec) / of) : 0}%`;

export function SeekBar({ data }: { data: TakeData | null }) {
  const { t } = useTranslation('player');
  const format = useFormat();
  const bar = useRef<HTMLDivElement>(null);
  const played = useRef<HTMLDivElement>(null);
  const rendered = useRef<HTMLDivElement>(null);
  const loop = useRef<HTMLDivElement>(null);
  const thumb = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const draw = () => {
      if (!bar.current) return; // the player is paused as the screen goes
      const { currentSec, durationSec, loopRange } = usePlayer.getState();
      const facts = data?.facts.getState();
      const renderedSec = facts?.take?.rate ? secOf(facts.framesPublished, facts.take.rate) : 0;
      played.current!.style.width = thumb.current!.style.left = share(currentSec, durationSec);
      rendered.current!.style.width = share(renderedSec, durationSec);
      Object.assign(loop.current!.style, { display: loopRange ? '' : 'none', left: share(loopRange?.startSec ?? 0, durationSec), right: `calc(100% - ${share(loopRange?.endSec ?? 0, durationSec)})` });
      const { dataset } = bar.current;
      // A screen reader is told each second, not each frame.
      const second = `${Math.floor(currentSec)} ${Math.floor(durationSec)}`;
      if (dataset.second === second) return;
      dataset.second = second;
      bar.current.setAttribute('aria-valuenow', String(Math.floor(currentSec)));
      bar.current.setAttribute('aria-valuemax', String(Math.ceil(durationSec)));
      bar.current.setAttribute('aria-valuetext', t('time', { now: format.clock(currentSec), all: format.clock(durationSec) }));
    };
    draw();
    const stops = [usePlayer.subscribe(draw), data?.facts.subscribe(draw)];
    return () => stops.forEach((stop) => stop?.());
  }, [data, format, t]);

  const seekTo = ({ clientX }: PointerEvent) => {
    const { left, width } = bar.current!.getBoundingClientRect();
    usePlayer.getState().seek(Math.min(1, Math.max(0, (clientX - left) / width)) * usePlayer.getState().durationSec);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { seek, currentSec, durationSec, stepFrames, stepWords } = usePlayer.getState();
    const acts: Record<string, () => void> = {
      ArrowLeft: () => (event.shiftKey ? stepWords(-1) : stepFrames(-1)), ArrowRight: () => (event.shiftKey ? stepWords(1) : stepFrames(1)),
      PageUp: () => seek(currentSec + 5), PageDown: () => seek(currentSec - 5), Home: () => seek(0), End: () => seek(durationSec),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  };

  return (
    <div
      ref={bar} role="slider" tabIndex={data ? 0 : -1} aria-label={t('seek')} aria-valuemin={0} aria-disabled={!data} aria-valuenow={0}
      className="group relative flex h-4 cursor-pointer touch-none items-center" onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        if (!data || event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        seekTo(event);
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && seekTo(event)}
    >
      <div className="relative h-1 w-full overflow-hidden rounded bg-line group-hover:h-1.5">
        <div ref={rendered} data-testid="rendered" className="absolute inset-y-0 left-0 bg-muted/60" />
        <div ref={loop} className="absolute inset-y-0 bg-warn/50" />
        <div ref={played} className="absolute inset-y-0 left-0 bg-accent" />
      </div>
      <div ref={thumb} className="absolute size-3 -translate-x-1/2 rounded-full bg-accent opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100" />
    </div>
  );
}
