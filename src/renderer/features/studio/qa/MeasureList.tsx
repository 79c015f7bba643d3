/** What was measured, in words; the numbers behind them on demand. A press goes to the worst moment and repeats it. */
import { useTranslation } from 'react-i18next';
import type { QaMeasure } from '../../../../shared/contract/qa.ts';
import { QA_NAMES, qaClock, qaFigure, qaLimit, qaSentence } from '../../../../shared/qaWords.ts';
import { useView } from '../../../state/view.ts';
import { Tip } from '../../../ui/Tip.tsx';
import { jumpTo } from '../stage/jumpTo.ts';
import { VerdictSign } from './VerdictSign.tsx';

export function MeasureList({ measures, figures }: { measures: readonly QaMeasure[]; figures: boolean }) {
  return (
    <ul className="flex flex-col">
      {measures.map((measure) => <li key={measure.name}><MeasureRow measure={measure} figures={figures} /></li>)}
    </ul>
  );
}

function MeasureRow({ measure, figures }: { measure: QaMeasure; figures: boolean }) {
  const { t } = useTranslation('qa');
  const language = useView((view) => view.language);
  const { worst, verdict, name } = measure;
  const words = (
    <>
      <VerdictSign verdict={verdict} />
      <span className="flex min-w-0 flex-1 flex-col">
        <span className={verdict === 'unknown' ? 'text-muted' : ''}>{verdict === 'unknown' ? `${QA_NAMES[language][name]}: ${qaSentence(measure, language)}` : qaSentence(measure, language)}</span>
        {figures && measure.value !== null && (
          <span className="flex flex-wrap gap-x-3 text-xs text-muted tabular-nums"><span>{QA_NAMES[language][name]}</span><bdi className="text-ink">{qaFigure(measure, language)}</bdi><span>{t('goodFrom', { limit: qaLimit(name, language) })}</span></span>
        )}
      </span>
    </>
  );
  if (!worst || verdict === 'unknown') return <div className="flex items-start gap-2 px-3 py-1.5">{words}</div>;
  return (
    <Tip label={`${QA_NAMES[language][name]} · ${t('jump', { time: qaClock(language, worst.startSec, true) })}`} side="left">
      <button type="button" onClick={() => jumpTo(worst)} className="flex w-full items-start gap-2 px-3 py-1.5 text-start hover:bg-raised">{words}</button>
    </Tip>
  );
}
