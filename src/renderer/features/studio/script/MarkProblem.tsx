/** What is wrong with the script's marks, and where: nothing can be said of it until then. */
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/format.ts';
import { usePlan } from '../../../state/plan.ts';

export function MarkProblem({ onGo }: { onGo: (from: number, to: number) => void }) {
  const { t } = useTranslation('marks');
  const format = useFormat();
  const problem = usePlan(({ plan }) => plan?.problemAt ?? null);
  if (!problem) return null;
  const { fault, line, column, start, end, found, known } = problem;
  return (
    <p role="status" className="flex flex-wrap items-baseline gap-x-2 border-t border-line px-3 py-1 text-xs text-warn">
      <button type="button" className="rounded underline underline-offset-2 hover:text-ink" title={t('go')} onClick={() => onGo(start, end)}>{t('at', { line: format.number(line), column: format.number(column) })}</button>
      <span>{t(`faults.${fault}`, { found: isolated(found), known: known.map(isolated).join(t('separator')) })}</span>
    </p>
  );
}

/** Markup in a Persian sentence keeps its own direction. */
const isolated = (text: string): string => `\u2068${text}\u2069`;
