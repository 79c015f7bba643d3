/** A frame beside the source picture that it was made from, and what differs between the two, frame by frame. */
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/format.ts';
import { usePlayer } from '../../../player/player.ts';
import { useCall } from '../../../studio/queries.ts';
import { IconButton } from '../../../ui/Button.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Slider } from '../../../ui/fields.tsx';
import { qaClock } from '../../../../shared/qaWords.ts';
import { useView } from '../../../state/view.ts';

/** Tall enough to see a seam. */
const HEIGHT = 720;

export function CompareDialog({ takeId, onClose }: { takeId: string; onClose: () => void }) {
  const { t } = useTranslation('qa');
  const format = useFormat();
  const language = useView((view) => view.language);
  const { data: take } = useCall('takes.show', { takeId });
  const fps = take?.rate ? take.rate.num / take.rate.den : 25;
  const last = Math.max(0, (take?.framesDone ?? 1) - 1);
  const [frame, setFrame] = useState(() => Math.round(usePlayer.getState().currentSec * fps));
  const [gain, setGain] = useState(4);
  const at = Math.min(last, frame);
  const step = (by: number) => setFrame(Math.min(last, Math.max(0, at + by)));
  const base = `/takes/${encodeURIComponent(takeId)}`;
  return (
    <Dialog open onClose={onClose} title={t('compareTitle')} description={t('compareHint')} wide>
      <div
        className="flex flex-col gap-3"
        onKeyDown={(event) => {
          if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
          if ((event.target as HTMLElement).closest('[role=slider]')) return;
          event.preventDefault();
          step(event.key === 'ArrowRight' ? 1 : -1);
        }}
      >
        <div dir="ltr" className="grid grid-cols-[repeat(auto-fit,minmax(min(100%,220px),1fr))] gap-2">
          <Picture label={t('plate')} src={`${base}/plate.jpg?frame=${at}`} />
          <Picture label={t('frame')} src={`${base}/frame.jpg?frame=${at}&height=${HEIGHT}`} />
          <Picture label={t('difference')} src={`${base}/difference.jpg?frame=${at}&gain=${gain}`} />
        </div>
        <div dir="ltr" className="flex items-end gap-2">
          <IconButton label={t('back')} shortcut="ArrowLeft" icon={ChevronLeft} disabled={at === 0} onClick={() => step(-1)} />
          <div className="flex-1"><Slider dir="ltr" label={t('frameOf', { frame: format.number(at + 1), of: format.number(last + 1) })} value={at} min={0} max={Math.max(1, last)} step={1} text={qaClock(language, at / fps, true)} onChange={setFrame} /></div>
          <IconButton label={t('on')} shortcut="ArrowRight" icon={ChevronRight} disabled={at === last} onClick={() => step(1)} />
          <div className="w-40"><Slider dir="ltr" label={t('gain')} value={gain} min={1} max={32} step={1} text={t('times', { value: format.number(gain) })} onChange={setGain} /></div>
        </div>
      </div>
    </Dialog>
  );
}

/** The picture before stays until the next one is there, so that nothing flickers while frames are stepped through. */
function Picture({ label, src }: { label: string; src: string }) {
  const { t } = useTranslation('qa');
  const [failed, setFailed] = useState<string | null>(null);
  return (
    <figure className="flex flex-col gap-1">
      <div className="grid min-h-40 place-items-center overflow-hidden rounded bg-black">
        {failed === src ? <p className="p-3 text-center text-xs text-muted">{t('noPicture')}</p> : <img src={src} alt={label} className="max-h-[58vh] w-full object-contain" onError={() => setFailed(src)} />}
      </div>
      <figcaption dir="auto" className="text-center text-xs text-muted">{label}</figcaption>
    </figure>
  );
}
