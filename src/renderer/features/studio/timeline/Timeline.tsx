/** The take in time: its sentences, words, sound and mouth. Time always runs from left to right. */
import { AudioLines, ChevronsDownUp, ChevronsUpDown, ZoomIn, ZoomOut } from 'lucide-react';
import { Slider } from 'radix-ui';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { QaVerdict } from '../../../../shared/contract/qa.ts';
import { useFormat } from '../../../i18n/format.ts';
import { usePlayer } from '../../../player/player.ts';
import { useTakeData, useTakeFact } from '../../../player/takeData.ts';
import { useCurrentTake } from '../../../state/currentTake.ts';
import { IconButton } from '../../../ui/Button.tsx';
import { heightOf } from './draw.ts';
import { useLow } from './low.ts';
import { Strip } from './Strip.tsx';
import { Versions } from './Versions.tsx';

/** What a check says of a stretch. */
export interface TimelineMark {
  startSec: number;
  endSec: number;
  verdict: QaVerdict;
  label: string;
}

const ZOOM_STEP = 0.15;
const NO_MARKS: readonly TimelineMark[] = [];

export function Timeline({ marks = NO_MARKS }: { marks?: readonly TimelineMark[] }) {
  const { t } = useTranslation('timeline');
  const format = useFormat();
  const takeId = useCurrentTake((current) => current.takeId);
  const data = useTakeData(takeId);
  const hasSegments = useTakeFact(data, (facts) => facts.said > 0);
  const rate = useTakeFact(data, (facts) => facts.take?.rate ?? null);
  const said = useTakeFact(data, (facts) => facts.said);
  const durationSec = usePlayer((player) => Math.ceil(player.durationSec));
  const [zoom, setZoom] = useState(0);
  const [isLow, setLow] = useLow();
  const isEstimated = said > 0 && data?.said.some((segment) => segment?.estimated);
  const onScreenSec = durationSec > 0 ? durationSec : null;

  return (
    <section aria-label={t('section')} className="flex flex-col">
      <header className="flex min-h-9 flex-wrap items-center gap-x-4 px-3">
        <h2 className="text-xs font-medium text-muted">{t('section')}</h2>
        {data && <Versions takeId={data.takeId} />}
        <ul className={`hidden gap-3 text-xs text-muted ${isLow ? '' : 'md:flex'}`}>
          <li className="flex items-center gap-1"><span aria-hidden className="h-3 w-1.5 rounded-sm bg-muted" />{t('legend.sound')}</li>
          <li className="flex items-center gap-1"><span aria-hidden className="h-0.5 w-4 bg-accent" />{t('legend.mouth')}</li>
          <li className="flex items-center gap-1"><span aria-hidden className="h-3 border-s border-dashed border-muted" />{t('legend.chunks')}</li>
          {isEstimated && <li>{t('estimated')}</li>}
        </ul>
        <span className="flex-1" />
        <div dir="ltr" className="flex items-center gap-1">
          <IconButton label={t('zoomOut')} icon={ZoomOut} disabled={zoom === 0} onClick={() => setZoom(Math.max(0, zoom - ZOOM_STEP))} />
          <Slider.Root dir="ltr" value={[zoom]} min={0} max={1} step={0.01} onValueChange={([next]) => setZoom(next)} className="relative flex h-8 w-28 touch-none items-center">
            <Slider.Track className="relative h-1 grow rounded bg-line"><Slider.Range className="absolute h-full rounded bg-muted" /></Slider.Track>
            <Slider.Thumb aria-label={t('zoom')} title={t('zoom')} aria-valuetext={t('zoomText', { sec: format.seconds(onScreenSec === null ? null : onScreenSec * (1 - zoom), 0) })} className="block size-3 rounded-full bg-ink" />
          </Slider.Root>
          <IconButton label={t('zoomIn')} icon={ZoomIn} disabled={zoom === 1} onClick={() => setZoom(Math.min(1, zoom + ZOOM_STEP))} />
          <IconButton label={t(isLow ? 'high' : 'low')} icon={isLow ? ChevronsUpDown : ChevronsDownUp} aria-expanded={!isLow} onClick={() => setLow(!isLow)} />
        </div>
      </header>
      {data && rate && hasSegments ? (
        <Strip data={data} rate={rate} zoom={zoom} onZoom={setZoom} isLow={isLow} marks={marks} />
      ) : (
        <p className="flex items-center justify-center gap-2 border-t border-line px-3 text-muted" style={{ height: heightOf(isLow) }}><AudioLines aria-hidden size={16} className="shrink-0" />{t('empty')}</p>
      )}
    </section>
  );
}
