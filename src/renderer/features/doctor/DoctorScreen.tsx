/** What is wrong with this machine and with Sima itself, and what to do about it. */
import { CircleCheck, CircleHelp, CircleX, Clipboard, RotateCw, Square, TriangleAlert, type LucideIcon } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { CheckRow } from '../../../shared/contract/settings.ts';
import { useFormat } from '../../i18n/format.ts';
import { useView } from '../../state/view.ts';
import { useCall } from '../../studio/queries.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Failure, Progress } from '../../ui/states.tsx';
import { examine, stopExamining, useExamination } from './examination.ts';
import { commandOf, GROUPS, isCommand, remarkOf, reportOf } from './report.ts';
import { saidIn } from './said.ts';

const LOOKS: Record<CheckRow['state'], { icon: LucideIcon; tone: string }> = {
  ok: { icon: CircleCheck, tone: 'text-good' }, advice: { icon: TriangleAlert, tone: 'text-warn' }, wanting: { icon: CircleX, tone: 'text-bad' }, unknown: { icon: CircleHelp, tone: 'text-muted' },
};
/** Of all groups together, about; the bar is full when the last has come. */
const USUAL_CHECKS = 24;

export function DoctorScreen() {
  const { t } = useTranslation('doctor');
  const format = useFormat();
  const { checks, state, error } = useExamination();
  const info = useCall('studio.info', null);
  useEffect(() => {
    if (useExamination.getState().state === 'never') void examine();
  }, []);
  const copy = async () => {
    await navigator.clipboard.writeText(reportOf(checks, `Sima Studio ${info.data?.version ?? ''}, ${new Date().toISOString()}`));
    toast(t('copied'));
  };
  return (
    <div className="mx-auto flex max-w-4xl flex-col gap-4 p-4">
      <header className="flex flex-wrap items-center gap-3">
        <div className="min-w-0 flex-1">
          <h1 className="text-base font-medium">{t('title')}</h1>
          <p className="text-xs text-muted">{t('subtitle')}</p>
        </div>
        <Button icon={Clipboard} tip={t('copyTip')} disabled={checks.length === 0} onClick={() => void copy()}>{t('copy')}</Button>
        {state === 'running' ? <Button icon={Square} onClick={stopExamining}>{t('stop')}</Button> : <Button kind="primary" icon={RotateCw} tip={t('againTip')} onClick={() => void examine()}>{t('again')}</Button>}
      </header>
      {state === 'running' && (
        <div className="flex flex-col gap-2" role="status">
          <p className="text-muted">{t('examining', { found: format.number(checks.length) })}</p>
          <Progress label={t('title')} done={Math.min(0.95, checks.length / USUAL_CHECKS)} />
        </div>
      )}
      {state === 'failed' && <Failure error={error} onRetry={() => void examine()} />}
      {state === 'done' && <Summary checks={checks} />}
      {GROUPS.map((group) => ({ group, rows: checks.filter((check) => check.group === group) })).filter(({ rows }) => rows.length > 0).map(({ group, rows }) => (
        <section key={group} aria-label={t(`groups.${group}`)} className="overflow-hidden rounded-lg border border-line bg-panel">
          <h2 className="border-b border-line px-3 py-2 text-sm font-medium">{t(`groups.${group}`)}</h2>
          <ul>{rows.map((row) => <Row key={`${row.id} ${row.found}`} row={row} />)}</ul>
        </section>
      ))}
    </div>
  );
}

function Summary({ checks }: { checks: readonly CheckRow[] }) {
  const { t } = useTranslation('doctor');
  const format = useFormat();
  const count = (state: CheckRow['state']) => checks.filter((check) => check.state === state).length;
  const [wanting, advice] = [count('wanting'), count('advice')];
  const state = wanting > 0 ? 'wanting' : advice > 0 ? 'advice' : 'ok';
  const { icon: Icon, tone } = LOOKS[state];
  const sentence = wanting > 0 ? t('summary.wanting', { count: wanting, value: format.number(wanting) }) : advice > 0 ? t('summary.advice', { count: advice, value: format.number(advice) }) : t('summary.well');
  return <p role="status" className="flex items-center gap-3 rounded-lg border border-line bg-panel p-3 text-sm"><Icon aria-hidden size={20} className={`shrink-0 ${tone}`} />{sentence}</p>;
}

function Row({ row }: { row: CheckRow }) {
  const { t, i18n } = useTranslation('doctor');
  const { t: common } = useTranslation('common');
  const language = useView((view) => view.language);
  const { id, state } = row;
  const { found, advice, why } = saidIn(language, row);
  const remark = advice === null ? null : remarkOf(advice);
  const { icon: Icon, tone } = LOOKS[state];
  const title = i18n.exists(`doctor:titles.${id}`) ? t(`titles.${id as 'machine.node'}`) : id;
  return (
    <li className="flex items-start gap-3 border-t border-line p-3 first:border-t-0">
      <Icon aria-hidden size={18} className={`mt-0.5 shrink-0 ${tone}`} />
      <div className="flex min-w-0 flex-1 flex-col gap-1.5">
        <div className="flex flex-wrap items-baseline gap-x-3"><h3 className="font-medium">{title}</h3><span className={`text-xs ${tone}`}>{t(`states.${state}`)}</span></div>
        <p className="break-words">{found}</p>
        {advice !== null && (
          <div className="flex flex-col gap-1">
            <span className="text-xs text-muted">{t('do')}</span>
            <div className="flex items-start gap-2 rounded border border-line bg-ground p-2">
              <div className="flex min-w-0 flex-1 flex-col gap-1 text-xs break-words">
                <code dir="auto" className={`whitespace-pre-wrap ${language === 'en' || isCommand(advice) ? 'font-mono' : 'font-sans'}`}>{remark === null ? advice : commandOf(advice)}</code>
                {remark !== null && <span dir="auto" className="text-muted">{remark}</span>}
              </div>
              <IconButton label={t('copyCommandTip')} icon={Clipboard} size={14} onClick={() => void navigator.clipboard.writeText(commandOf(row.advice ?? '')).then(() => toast(common('copied')))} />
            </div>
          </div>
        )}
        {why !== null && <p className="text-xs break-words text-muted">{why}</p>}
      </div>
    </li>
  );
}
