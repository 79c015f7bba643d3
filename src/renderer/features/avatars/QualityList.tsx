/** What may spoil the videos of a face, in plain words, with what works better; the figure behind it is told on demand. */
import { CircleX, Lightbulb, ThumbsUp, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { QualityFinding } from '../../../shared/contract/avatar.ts';
import { useFormat } from '../../i18n/format.ts';
import { Tip } from '../../ui/Tip.tsx';

const CODES = ['face-small', 'blurred', 'dark', 'bright', 'turned', 'tilted', 'mouth-hidden', 'mouth-open', 'outside', 'several-faces', 'talking', 'face-missing', 'cuts', 'unsteady'] as const;
type Code = (typeof CODES)[number];
const isKnown = (code: string): code is Code => (CODES as readonly string[]).includes(code);
/** Those whose figure is too low, not too high. */
const TOO_LOW: readonly string[] = ['face-small', 'dark', 'mouth-hidden'];

export function QualityList({ findings }: { findings: readonly QualityFinding[] }) {
  const { t } = useTranslation('avatars');
  if (findings.length === 0) return <p className="flex items-start gap-2"><ThumbsUp aria-hidden size={15} className="mt-0.5 shrink-0 text-good" />{t('quality.good')}</p>;
  return <ul className="flex flex-col gap-2">{findings.map((finding, i) => <li key={i}><Finding finding={finding} /></li>)}</ul>;
}

function Finding({ finding: { code, severity, sentence, measure } }: { finding: QualityFinding }) {
  const { t } = useTranslation('avatars');
  const value = useMeasure();
  const Icon = severity === 'refuse' ? CircleX : TriangleAlert;
  const figure = t(TOO_LOW.includes(code) ? 'quality.measureBelow' : 'quality.measure', { value: value(measure.value, measure.unit), limit: value(measure.limit, measure.unit) });
  return (
    <Tip label={figure}>
      <button type="button" className="flex w-full cursor-default items-start gap-2 rounded text-start">
        <Icon aria-label={t(`quality.${severity}`)} size={15} className={`mt-0.5 shrink-0 ${severity === 'refuse' ? 'text-bad' : 'text-warn'}`} />
        {isKnown(code) ? (
          <span className="flex flex-col gap-0.5">
            <span>{t(`quality.codes.${code}.what`)}</span>
            <span className="flex items-start gap-1 text-xs text-muted"><Lightbulb aria-hidden size={12} className="mt-0.5 shrink-0" /><span><span className="sr-only">{t('quality.better')} </span>{t(`quality.codes.${code}.better`)}</span></span>
          </span>
        ) : <bdi>{sentence}</bdi>}
      </button>
    </Tip>
  );
}

/** A measure with its unit. */
function useMeasure(): (value: number, unit: string) => string {
  const { t } = useTranslation('avatars');
  const format = useFormat();
  return (value, unit) => {
    const digits = Number.isInteger(value) || value >= 10 ? 0 : 2;
    switch (unit) {
      case 'share': return format.percent(value, value < 0.1 ? 1 : 0);
      case 'px': case 'level': case 'degrees': return t(`quality.units.${unit}`, { value: format.number(value, digits) });
      case 'eye distances': return t('quality.units.eyes', { value: format.number(value, digits) });
      case 'faces': case 'cuts': return t(`quality.units.${unit}`, { count: value });
      default: return format.number(value, digits);
    }
  };
}
