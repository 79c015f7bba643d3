import { CircleAlert, CircleCheck, CircleHelp, CircleX, type LucideIcon } from 'lucide-react';
import type { QaVerdict } from '../../../../shared/contract/qa.ts';
import { QA_VERDICT_NAMES } from '../../../../shared/qaWords.ts';
import { useView } from '../../../state/view.ts';

const SIGNS: Record<QaVerdict, { icon: LucideIcon; tone: string }> = {
  good: { icon: CircleCheck, tone: 'text-good' },
  fair: { icon: CircleAlert, tone: 'text-warn' },
  poor: { icon: CircleX, tone: 'text-bad' },
  unknown: { icon: CircleHelp, tone: 'text-muted' },
};

/** A verdict as a sign of a shape and colour of its own, with its name for those who see neither. */
export function VerdictSign({ verdict, size = 15 }: { verdict: QaVerdict; size?: number }) {
  const language = useView((view) => view.language);
  const { icon: Icon, tone } = SIGNS[verdict];
  return <Icon role="img" aria-label={QA_VERDICT_NAMES[language][verdict]} size={size} className={`mt-0.5 shrink-0 ${tone}`} />;
}
