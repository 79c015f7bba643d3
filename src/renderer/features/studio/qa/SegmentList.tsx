/** The take's sentences with their verdicts: a press shows and repeats one, and opens what there is to say of it. */
import { clsx } from 'clsx';
import { ThumbsDown, ThumbsUp } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { QaReport } from '../../../../shared/contract/qa.ts';
import { QA_VERDICT_NAMES, qaClock } from '../../../../shared/qaWords.ts';
import { useFormat } from '../../../i18n/format.ts';
import { useCurrentTake } from '../../../state/currentTake.ts';
import { useView } from '../../../state/view.ts';
import { Tip } from '../../../ui/Tip.tsx';
import { jumpTo } from '../stage/jumpTo.ts';
import { MeasureList } from './MeasureList.tsx';
import { ReviewFields, useMark } from './ReviewFields.tsx';
import { VerdictSign } from './VerdictSign.tsx';

type Segment = QaReport['segments'][number];

export function SegmentList({ takeId, segments, figures }: { takeId: string; segments: readonly Segment[]; figures: boolean }) {
  const { t } = useTranslation('qa');
  return (
    <div className="border-t border-line py-1">
      <h3 className="px-3 py-1 text-xs text-muted">{t('segments')}</h3>
      <ul>{segments.map((segment) => <SegmentRow key={segment.index} takeId={takeId} segment={segment} figures={figures} />)}</ul>
    </div>
  );
}

function SegmentRow({ takeId, segment, figures }: { takeId: string; segment: Segment; figures: boolean }) {
  const { t } = useTranslation('qa');
  const format = useFormat();
  const language = useView((view) => view.language);
  const { select, segmentIndex } = useCurrentTake();
  const mark = useMark(takeId, segment.index);
  const isOpen = segmentIndex === segment.index;
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isOpen) row.current?.scrollIntoView({ block: 'nearest' });
  }, [isOpen]);
  const time = qaClock(language, segment.startSec);
  const text = segment.text.trim() || time;
  const wanting = segment.measures.filter(({ verdict }) => verdict === 'poor' || verdict === 'fair');
  const choose = () => {
    if (isOpen) return select(null);
    select(segment.index);
    jumpTo(segment);
  };
  return (
    <li ref={row} className={clsx('scroll-mt-10', isOpen && 'bg-raised/60')}>
      <Tip label={t('selectTip')} side="left">
        <button type="button" aria-expanded={isOpen} aria-label={t('segment', { number: format.number(segment.index + 1), verdict: QA_VERDICT_NAMES[language][segment.verdict], text, time })} onClick={choose} className="flex w-full items-start gap-2 px-3 py-1.5 text-start hover:bg-raised">
          <VerdictSign verdict={segment.verdict} />
          <span dir="auto" className="min-w-0 flex-1 truncate">{text}</span>
          {mark.verdict === 'pass' && <ThumbsUp aria-hidden size={13} className="mt-0.5 shrink-0 text-good" />}
          {mark.verdict === 'fail' && <ThumbsDown aria-hidden size={13} className="mt-0.5 shrink-0 text-bad" />}
          <bdi dir="ltr" className="shrink-0 text-xs leading-5 text-muted tabular-nums">{time}</bdi>
        </button>
      </Tip>
      {isOpen && (
        <div className="flex flex-col gap-2 pb-3">
          {figures ? <MeasureList measures={segment.measures} figures /> : wanting.length === 0 ? <p className="px-3 ps-9 text-muted">{t('fine')}</p> : <MeasureList measures={wanting} figures={false} />}
          <div className="px-3"><ReviewFields key={segment.index} takeId={takeId} segmentIndex={segment.index} label={t('review')} shortcuts /></div>
        </div>
      )}
    </li>
  );
}
