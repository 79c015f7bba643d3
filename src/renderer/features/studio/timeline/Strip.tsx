/** The strip itself: a canvas for what is drawn, buttons for what is chosen, and a playhead that moves without either. */
import { clsx } from 'clsx';
import { Popover } from 'radix-ui';
import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/format.ts';
import type { Rate } from '../../../player/fragments.ts';
import { usePlayer } from '../../../player/player.ts';
import { durationOf, useTakeFact, type TakeData } from '../../../player/takeData.ts';
import { useShortcuts } from '../../../shell/shortcuts.ts';
import { useCurrentTake } from '../../../state/currentTake.ts';
import { useView } from '../../../state/view.ts';
import { jumpTo } from '../stage/jumpTo.ts';
import { segmentAt } from '../stage/segments.ts';
import { draw, heightOf, LEAST_BUTTON_PX, ROWS, secUnder } from './draw.ts';
import { SegmentEditor } from './SegmentEditor.tsx';
import type { TimelineMark } from './Timeline.tsx';
import { pxPerSecAt, scrollFor, visible } from './view.ts';

const MARK_TONES = { good: 'bg-good', fair: 'bg-warn', poor: 'bg-bad', unknown: 'bg-line' } as const;

export function Strip({ data, rate, zoom, onZoom, isLow, marks }: { data: TakeData; rate: Rate; zoom: number; onZoom: (zoom: number) => void; /** Sentences alone. */ isLow: boolean; marks: readonly TimelineMark[] }) {
  const { t } = useTranslation('timeline');
  const format = useFormat();
  const theme = useView((view) => view.theme);
  const said = useTakeFact(data, (facts) => facts.said);
  const durationSec = useTakeFact(data, durationOf);
  const selected = useCurrentTake((current) => current.segmentIndex);
  const loopRange = usePlayer((player) => player.loopRange);
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const playhead = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [scrollLeft, setScrollLeft] = useState(0);
  /** Opened by which hand: keys want to be in its text, and back where they were. */
  const [editing, setEditing] = useState<'pointer' | 'keys' | null>(null);
  const pxPerSec = pxPerSecAt(zoom, width, durationSec);
  const view = { width, pxPerSec, scrollLeft };
  const height = heightOf(isLow);

  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    watch.observe(scroller.current!);
    return () => watch.disconnect();
  }, []);

  // Drawn at most once per picture of the screen, whatever comes in between.
  useEffect(() => {
    let frame = 0;
    let over = false;
    const repaint = () => {
      cancelAnimationFrame(frame);
      if (!over && width > 0) frame = requestAnimationFrame(() => draw(canvas.current!, { width, pxPerSec, scrollLeft, data, rate, durationSec, loopRange, selected, format, isLow }));
    };
    repaint();
    void document.fonts.ready.then(repaint);
    const stop = data.facts.subscribe((now, before) => {
      if (now.curveFrames !== before.curveFrames || now.chunks !== before.chunks || now.said !== before.said) repaint();
    });
    return () => {
      over = true;
      stop();
      cancelAnimationFrame(frame);
    };
  }, [data, rate, width, pxPerSec, scrollLeft, durationSec, loopRange, selected, format, isLow, theme]);

  const follow = useEffectEvent(() => {
    const { currentSec, playing } = usePlayer.getState();
    const box = scroller.current;
    if (!box || !playhead.current) return;
    const x = currentSec * pxPerSec;
    playhead.current.style.transform = `translateX(${x}px)`;
    if (playing && (x < box.scrollLeft || x > box.scrollLeft + box.clientWidth * 0.92)) box.scrollLeft = x - box.clientWidth * 0.1;
  });
  useLayoutEffect(() => follow(), [pxPerSec]);
  useEffect(() => usePlayer.subscribe(() => follow()), []);

  /** What lies under the pointer, or the playhead where it is in view, stays there. */
  const anchor = useRef<{ sec: number; x: number } | null>(null);
  const keepAnchor = useEffectEvent(() => {
    const box = scroller.current!;
    const { sec, x } = anchor.current ?? { sec: usePlayer.getState().currentSec, x: box.clientWidth / 2 };
    anchor.current = null;
    if (zoom > 0) box.scrollLeft = scrollFor(sec, x, pxPerSec);
  });
  useLayoutEffect(() => keepAnchor(), [zoom]);
  const onWheel = useEffectEvent((event: WheelEvent) => {
    const box = scroller.current!;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const x = event.clientX - box.getBoundingClientRect().left;
      anchor.current = { sec: (box.scrollLeft + x) / pxPerSec, x };
      onZoom(Math.min(1, Math.max(0, zoom - event.deltaY / 600)));
    } else if (event.deltaY !== 0 && !event.shiftKey && box.scrollWidth > box.clientWidth) {
      event.preventDefault();
      box.scrollLeft += event.deltaY;
    }
  });
  useEffect(() => {
    const box = scroller.current!;
    const listener = (event: WheelEvent) => onWheel(event);
    box.addEventListener('wheel', listener, { passive: false });
    return () => box.removeEventListener('wheel', listener);
  }, []);

  const seekUnder = (event: PointerEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    usePlayer.getState().seek(secUnder(data, view, event.clientX - box.left, event.clientY - box.top));
  };
  const choose = (index: number, startSec: number, by: 'pointer' | 'keys') => {
    useCurrentTake.getState().select(index);
    usePlayer.getState().seek(startSec);
    setEditing(by);
  };
  const shown = data.said.slice(0, said).filter(Boolean);
  const chosen = shown.find(({ index }) => index === selected);
  useShortcuts(t('segments'), [{
    keys: 'KeyR', label: t('editor.open'), enabled: editing === null && shown.length > 0,
    run: () => {
      const { index, startSec } = chosen ?? shown[Math.max(0, segmentAt(shown, usePlayer.getState().currentSec))];
      scroller.current!.scrollLeft = scrollFor(startSec, width / 4, pxPerSec);
      choose(index, startSec, 'keys');
    },
  }]);
  const { first, end } = visible(shown, scrollLeft / pxPerSec, (scrollLeft + width) / pxPerSec);
  const buttons = shown.slice(first, end).filter(({ startSec, endSec }) => (endSec - startSec) * pxPerSec >= LEAST_BUTTON_PX);

  return (
    <div ref={scroller} dir="ltr" tabIndex={0} role="group" aria-label={t('label')} className="overflow-x-auto overflow-y-hidden" onScroll={(event) => setScrollLeft(event.currentTarget.scrollLeft)}>
      <div className="relative overflow-x-clip" style={{ width: Math.max(width, Math.ceil(durationSec * pxPerSec)), height }}>
        <canvas
          ref={canvas} aria-hidden data-testid="timeline" className="sticky left-0 block cursor-text touch-none" style={{ width, height }}
          onPointerDown={(event) => {
            if (event.button !== 0) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            seekUnder(event);
          }}
          onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && seekUnder(event)}
        />
        <ol aria-label={t('segments')} className="pointer-events-none absolute inset-x-0" style={{ top: ROWS.segments.top, height: ROWS.segments.height }}>
          {buttons.map(({ index, text, startSec, endSec }) => (
            <li key={index}>
              <button
                type="button" dir="auto" aria-pressed={index === selected} aria-label={t('segment', { number: format.number(index + 1), text: text.trim() })} title={text.trim()}
                className={clsx('pointer-events-auto absolute inset-y-0.5 truncate rounded-sm border px-1 text-start text-xs', index === selected ? 'border-accent bg-accent/25 text-ink' : 'border-line bg-raised text-muted hover:text-ink')}
                style={{ left: startSec * pxPerSec, width: Math.max(4, (endSec - startSec) * pxPerSec - 2) }}
                onClick={(event) => {
                  if (event.detail > 0) event.currentTarget.blur(); // the keys stay the player's
                  choose(index, startSec, event.detail > 0 ? 'pointer' : 'keys');
                }}
              >
                {text.trim()}
              </button>
            </li>
          ))}
        </ol>
        {chosen && (
          <Editor by={editing} onClose={() => setEditing(null)} data={data} index={chosen.index}>
            <div aria-hidden className="pointer-events-none absolute" style={{ ...ROWS.segments, left: chosen.startSec * pxPerSec, width: (chosen.endSec - chosen.startSec) * pxPerSec }} />
          </Editor>
        )}
        {marks.map(({ startSec, endSec, verdict, label }, i) => (
          <button
            key={i} type="button" title={label} aria-label={label} tabIndex={-1}
            className={clsx('absolute flex h-3 cursor-pointer', isLow ? 'items-end' : 'items-start')} style={{ top: isLow ? height - 12 : ROWS.wave.top, left: startSec * pxPerSec, width: Math.max(MARK_PX, (endSec - startSec) * pxPerSec) }}
            onClick={(event) => {
              event.currentTarget.blur(); // the keys stay the player's; the panel has all of these for them
              jumpTo({ startSec, endSec });
            }}
          >
            <span className={clsx('h-1 w-full rounded', MARK_TONES[verdict])} />
          </button>
        ))}
        <div ref={playhead} aria-hidden className="pointer-events-none absolute inset-y-0 left-0 w-0.5 bg-accent" />
      </div>
    </div>
  );
}

/** The least that a mark is wide: it can be pressed. */
const MARK_PX = 6;

function Editor({ by, onClose, data, index, children }: { by: 'pointer' | 'keys' | null; onClose: () => void; data: TakeData; index: number; /** Where it stands. */ children: React.ReactNode }) {
  const { t } = useTranslation('timeline');
  const format = useFormat();
  const before = useRef<Element | null>(null);
  return (
    <Popover.Root open={by !== null} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Popover.Anchor asChild>{children}</Popover.Anchor>
      <Popover.Portal>
        <Popover.Content
          aria-label={t('editor.title', { number: format.number(index + 1) })} side="top" align="start" sideOffset={8} collisionPadding={8} className="z-40 w-[min(26rem,94vw)] rounded-lg border border-line bg-panel p-3 shadow-2xl"
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            before.current = by === 'keys' ? document.activeElement : null;
            if (by === 'keys') (event.currentTarget as HTMLElement).querySelector('textarea')?.focus();
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (before.current instanceof HTMLElement) before.current.focus();
          }}
        >
          <SegmentEditor key={`${data.takeId} ${index}`} data={data} index={index} onClose={onClose} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
