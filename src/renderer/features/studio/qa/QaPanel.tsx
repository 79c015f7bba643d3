/** How good the take on the stage is: measured on its pictures by itself once it is finished, and reviewed here. */
import { Columns2, FileText, Gauge, Hash } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { QaReport } from '../../../../shared/contract/qa.ts';
import { isOver } from '../../../../shared/contract/take.ts';
import { QA_VERDICT_NAMES } from '../../../../shared/qaWords.ts';
import { useFormat } from '../../../i18n/format.ts';
import { usePlayer } from '../../../player/player.ts';
import { useShortcuts } from '../../../shell/shortcuts.ts';
import { useCurrentTake } from '../../../state/currentTake.ts';
import { useProject } from '../../../state/project.ts';
import { useView } from '../../../state/view.ts';
import { useAct, useCall, useWatch } from '../../../studio/queries.ts';
import { Button, IconButton } from '../../../ui/Button.tsx';
import { Menu, MenuItem } from '../../../ui/Menu.tsx';
import { saveFile } from '../../../ui/saveFile.ts';
import { Failure, Progress, tellFailure } from '../../../ui/states.tsx';
import { CompareDialog } from './CompareDialog.tsx';
import { MeasureList } from './MeasureList.tsx';
import { useReports } from './reports.ts';
import { ReviewFields } from './ReviewFields.tsx';
import { SegmentList } from './SegmentList.tsx';
import { VerdictSign } from './VerdictSign.tsx';

export function QaPanel() {
  const { t } = useTranslation('qa');
  const takeId = useCurrentTake((current) => current.takeId);
  return (
    <section aria-label={t('title')} className="flex flex-col">
      {takeId === null ? <><Heading /><Hint>{t('none')}</Hint></> : <TakeQuality key={takeId} takeId={takeId} />}
    </section>
  );
}

const Hint = ({ children }: { children: string }) => <p className="px-3 py-2 text-muted">{children}</p>;

function Heading({ report, children }: { report?: QaReport; children?: React.ReactNode }) {
  const { t } = useTranslation('qa');
  const language = useView((view) => view.language);
  return (
    <header className="top-0 z-10 flex min-h-10 flex-wrap items-center gap-1 border-b border-line bg-panel ps-3 pe-1 min-[960px]:sticky">
      <h2 className="text-sm font-medium">{t('title')}</h2>
      {report && <span className="ms-1 flex items-center gap-1 text-muted"><VerdictSign verdict={report.verdict} />{QA_VERDICT_NAMES[language][report.verdict]}</span>}
      <span className="flex-1" />
      {children}
    </header>
  );
}

function TakeQuality({ takeId }: { takeId: string }) {
  const { t } = useTranslation('qa');
  const format = useFormat();
  const { data: take } = useCall('takes.show', { takeId });
  const measured = useReports(({ byTake }) => byTake[takeId]);
  const set = useReports((reports) => reports.set);
  const isFinished = take?.state === 'finished';
  // A take that was made before the user's eyes is being watched for the first time: measuring would take what its playback needs.
  const [wasAwaited, setWasAwaited] = useState(false);
  if (take && !isOver(take.state) && !wasAwaited) setWasAwaited(true);
  const isWatched = usePlayer((player) => player.playing && player.takeId === takeId);
  const isHeld = wasAwaited && isWatched && measured === undefined;
  const isWanted = isFinished && !isHeld && (measured === undefined || measured.state === 'measuring');
  useWatch(
    'qa.measure',
    isWanted ? { takeId } : undefined,
    (event) => set(takeId, event.type === 'report' ? { state: 'measured', report: event.report } : { state: 'measuring', done: event.done }),
    (error) => {
      // A broken connection is no failure: it is measured again when it is back.
      if (error && useReports.getState().byTake[takeId]?.state !== 'measured') set(takeId, error.code === 'canceled' ? { state: 'measuring', done: 0 } : { state: 'failed', error });
    },
  );
  if (measured?.state === 'measured') return <Quality takeId={takeId} report={measured.report} />;
  const isDead = take !== undefined && isOver(take.state) && !isFinished;
  return (
    <>
      <Heading />
      {isDead ? <Hint>{t('gone')}</Hint>
      : !isFinished ? <Hint>{t('waiting')}</Hint>
      : measured?.state === 'failed' ? <div className="p-3"><Failure error={measured.error} onRetry={() => set(takeId, { state: 'measuring', done: 0 })} /></div>
      : measured?.state === 'canceled' || isHeld ? (
        <div className="flex items-center justify-between gap-2 p-3">
          <span className="text-muted">{t(isHeld ? 'held' : 'canceled')}</span>
          <Button icon={Gauge} tip={t('measureTip')} onClick={() => set(takeId, { state: 'measuring', done: 0 })}>{t('measure')}</Button>
        </div>
      ) : (
        <div className="flex flex-col gap-2 p-3">
          <div className="flex items-center justify-between gap-2">
            <span role="status" className="text-muted">{t('measuring', { done: format.percent(measured?.done ?? 0) })}</span>
            <Button kind="quiet" onClick={() => set(takeId, { state: 'canceled' })}>{t('cancel')}</Button>
          </div>
          <Progress label={t('measuring', { done: format.percent(measured?.done ?? 0) })} done={measured?.done ?? 0} />
        </div>
      )}
    </>
  );
}

function Quality({ takeId, report }: { takeId: string; report: QaReport }) {
  const { t } = useTranslation('qa');
  const [figures, setFigures] = useState(false);
  const [unknown, setUnknown] = useState(false);
  const [comparing, setComparing] = useState(false);
  const segmentIndex = useCurrentTake((current) => current.segmentIndex);
  const known = report.measures.filter(({ verdict }) => verdict !== 'unknown');
  const hidden = report.measures.filter(({ verdict }) => verdict === 'unknown');
  const markSegment = (verdict: 'pass' | 'fail') => {
    const { project, mark } = useProject.getState();
    if (segmentIndex === null) return;
    const now = project?.marks.find((each) => each.takeId === takeId && each.segmentIndex === segmentIndex);
    mark({ takeId, segmentIndex, note: now?.note ?? '', verdict: now?.verdict === verdict ? null : verdict });
  };
  useShortcuts(t('title'), [
    { keys: 'Shift+KeyP', label: t('keys.pass'), run: () => markSegment('pass'), enabled: segmentIndex !== null },
    { keys: 'Shift+KeyF', label: t('keys.fail'), run: () => markSegment('fail'), enabled: segmentIndex !== null },
    { keys: 'Shift+KeyD', label: t('keys.compare'), run: () => setComparing(true) },
  ]);
  return (
    <>
      <Heading report={report}>
        <IconButton label={t('figuresTip')} icon={Hash} aria-pressed={figures} onClick={() => setFigures(!figures)} />
        <IconButton label={t('compareTip')} shortcut="Shift+KeyD" icon={Columns2} onClick={() => setComparing(true)} />
        <SaveReport takeId={takeId} />
      </Heading>
      <div className="py-1"><MeasureList measures={known} figures={figures} /></div>
      {hidden.length > 0 && (
        <div className="pb-1">
          <Button kind="quiet" aria-expanded={unknown} tip={t('notKnownTip')} className="mx-1 text-muted" onClick={() => setUnknown(!unknown)}>{t('notKnown', { count: hidden.length })}</Button>
          {unknown && <MeasureList measures={hidden} figures={figures} />}
        </div>
      )}
      {report.segments.length > 0 && <SegmentList takeId={takeId} segments={report.segments} figures={figures} />}
      <div className="border-t border-line p-3"><ReviewFields takeId={takeId} segmentIndex={null} label={t('reviewTake')} /></div>
      {comparing && <CompareDialog takeId={takeId} onClose={() => setComparing(false)} />}
    </>
  );
}

function SaveReport({ takeId }: { takeId: string }) {
  const { t } = useTranslation('qa');
  const language = useView((view) => view.language);
  const isDesktop = useCall('studio.info', null).data?.host === 'desktop';
  const report = useAct('takes.report');
  const print = useAct('desktop.printReport');
  const name = `${t('save')} ${takeId.slice(0, 8)}`;
  const save = async (how: 'html' | 'pdf') => {
    try {
      const marks = useProject.getState().project?.marks.filter((mark) => mark.takeId === takeId) ?? [];
      const { html } = await report.mutateAsync({ takeId, marks, lang: language });
      if (how === 'html') saveFile(`${name}.html`, html, 'text/html');
      else if ((await print.mutateAsync({ html, name })).file !== null) toast.success(t('saved'));
    } catch (error) {
      tellFailure(error);
    }
  };
  const isBusy = report.isPending || print.isPending;
  if (!isDesktop) return <IconButton label={isBusy ? t('saving') : t('saveHtml')} icon={FileText} disabled={isBusy} onClick={() => void save('html')} />;
  return (
    <Menu tip={isBusy ? t('saving') : t('saveTip')} trigger={<button type="button" aria-label={t('saveTip')} disabled={isBusy} className="inline-flex size-8 items-center justify-center rounded hover:bg-raised disabled:opacity-45"><FileText aria-hidden size={16} /></button>}>
      <MenuItem onSelect={() => void save('html')}>{t('saveHtml')}</MenuItem>
      <MenuItem onSelect={() => void save('pdf')}>{t('savePdf')}</MenuItem>
    </Menu>
  );
}
