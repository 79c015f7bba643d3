/** What stands where nothing is yet, where something is awaited, and where it failed. */
import { CircleAlert, LoaderCircle, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { errorData } from '../../shared/errors.ts';
import { errorText } from '../i18n/errorText.ts';
import { Button } from './Button.tsx';
import i18next from 'i18next';

export function Empty({ icon: Icon, title, children }: { icon: LucideIcon; title: string; children?: ReactNode }) {
  return (
    <div className="flex h-full flex-col items-center justify-center gap-3 p-6 text-center text-muted">
      <Icon aria-hidden size={32} strokeWidth={1.25} />
      <p className="text-ink">{title}</p>
      {children}
    </div>
  );
}

export function Loading({ label }: { label?: string }) {
  const { t } = useTranslation('common');
  return <p role="status" className="flex items-center gap-2 p-4 text-muted"><LoaderCircle aria-hidden size={16} className="animate-spin" />{label ?? t('loading')}</p>;
}

/** @param done 0..1; null: nobody knows how far it is */
export function Progress({ label, done, tone = 'accent' }: { label: string; done: number | null; tone?: 'accent' | 'good' | 'bad' }) {
  const bar = { accent: 'bg-accent', good: 'bg-good', bad: 'bg-bad' }[tone];
  return (
    <div role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} {...(done === null ? {} : { 'aria-valuenow': Math.round(done * 100) })} className="h-1.5 w-full overflow-hidden rounded bg-line">
      <div className={`h-full rounded ${bar} ${done === null ? 'w-1/3 animate-pulse' : ''}`} style={done === null ? {} : { width: `${Math.min(1, done) * 100}%` }} />
    </div>
  );
}

/** Why something failed and what to do: the code's name and the studio's own sentence, in the page's language as far as it goes, and a way on. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation('common');
  const told = errorData(error);
  const { code, message } = told;
  return (
    <div role="alert" className="flex items-start gap-3 rounded border border-line bg-panel p-3">
      <CircleAlert aria-hidden size={18} className="mt-0.5 shrink-0 text-bad" />
      <div className="flex min-w-0 flex-1 flex-col gap-2">
        <p className="font-medium">{t(`errors.${code}`)}</p>
        <p dir="auto" className="break-words text-muted">{errorText(told)}</p>
        <div className="flex gap-2">
          {onRetry && <Button onClick={onRetry}>{t('retry')}</Button>}
          <Button kind="quiet" onClick={() => void navigator.clipboard.writeText(`${code}: ${message}`).then(() => toast(t('copied')))}>{t('copyDetails')}</Button>
        </div>
      </div>
    </div>
  );
}

/** A failed act of the user's, told in a corner; what was canceled is no failure. */
export function tellFailure(error: unknown): void {
  const told = errorData(error);
  if (told.code !== 'canceled') toast.error(i18next.t(`errors.${told.code}`), { description: errorText(told), duration: 10_000 });
}

/** What was removed at once, and for how long it can be had back. */
export function tellRemoved(words: string, undo: () => void): void {
  toast(words, { action: { label: i18next.t('undo', { ns: 'common' }), onClick: undo }, duration: 15_000 });
}
