/** What the reviewer says of a take or of one of its sentences. */
import { ThumbsDown, ThumbsUp } from 'lucide-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReviewMark } from '../../../../shared/contract/qa.ts';
import { useProject } from '../../../state/project.ts';
import { Button } from '../../../ui/Button.tsx';
import { CONTROL } from '../../../ui/fields.tsx';

/** Of a take, or of its segment; one that says nothing where there is none. */
export function useMark(takeId: string, segmentIndex: number | null): ReviewMark {
  const mark = useProject(({ project }) => project?.marks.find((each) => each.takeId === takeId && each.segmentIndex === segmentIndex));
  return mark ?? { takeId, segmentIndex, verdict: null, note: '' };
}

export function ReviewFields({ takeId, segmentIndex, label, shortcuts = false }: { takeId: string; segmentIndex: number | null; label: string; shortcuts?: boolean }) {
  const { t } = useTranslation('qa');
  const mark = useMark(takeId, segmentIndex);
  const set = useProject((state) => state.mark);
  const id = useId();
  const choose = (verdict: 'pass' | 'fail') => set({ ...mark, verdict: mark.verdict === verdict ? null : verdict });
  return (
    <div role="group" aria-label={label} className="flex flex-col gap-1.5">
      <span className="text-xs text-muted">{label}</span>
      <div className="flex gap-1.5">
        <Button icon={ThumbsUp} aria-pressed={mark.verdict === 'pass'} tip={t('passTip')} {...(shortcuts ? { shortcut: 'Shift+KeyP' } : {})} className="flex-1 aria-pressed:text-good!" onClick={() => choose('pass')}>{t('pass')}</Button>
        <Button icon={ThumbsDown} aria-pressed={mark.verdict === 'fail'} tip={t('failTip')} {...(shortcuts ? { shortcut: 'Shift+KeyF' } : {})} className="flex-1 aria-pressed:text-bad!" onClick={() => choose('fail')}>{t('fail')}</Button>
      </div>
      <label htmlFor={id} className="sr-only">{t('note')}</label>
      <textarea id={id} dir={mark.note === '' ? undefined : 'auto'} rows={2} maxLength={2000} placeholder={t('notePlaceholder')} value={mark.note} onChange={({ target }) => set({ ...mark, note: target.value })} className={`${CONTROL} resize-y py-1`} />
    </div>
  );
}
