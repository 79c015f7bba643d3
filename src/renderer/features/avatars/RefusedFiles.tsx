/** The files that were not let in, and why; nothing where all were. */
import { CircleAlert, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../../ui/Button.tsx';
import { useIntake } from './intake.ts';

/** The others are counted. */
const NAMED = 4;

/** @param narrow names and reasons alone */
export function RefusedFiles({ narrow = false }: { narrow?: boolean }) {
  const { t } = useTranslation('avatars');
  const { refused, dismissRefused } = useIntake();
  if (refused.length === 0) return null;
  const others = refused.length - NAMED;
  return (
    <div role="alert" className={`flex items-start rounded border border-line bg-raised ${narrow ? 'ps-2 pb-1.5' : 'gap-2 px-3 py-2'}`}>
      {!narrow && <CircleAlert aria-hidden size={15} className="mt-0.5 shrink-0 text-warn" />}
      <div className="flex min-w-0 flex-1 flex-col gap-0.5">
        <p className={narrow ? 'pt-1.5 text-xs text-warn' : 'font-medium'}>{t('refused.title', { count: refused.length })}</p>
        {refused.slice(0, NAMED).map(({ name, reason }, i) => <p key={i} className="text-xs break-words"><bdi>{name}</bdi> <span className="text-muted">{t(`refused.reasons.${reason}`)}</span></p>)}
        {others > 0 && <p className="text-xs text-muted">{t('refused.more', { count: others })}</p>}
        {!narrow && <p className="text-xs text-muted">{t('refused.hint')}</p>}
      </div>
      <IconButton icon={X} label={t('refused.dismiss')} onClick={dismissRefused} />
    </div>
  );
}
