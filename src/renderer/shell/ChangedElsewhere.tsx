/** The open project was saved in another window, too: which version is to stay is for the user to say. */
import { TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useProject } from '../state/project.ts';
import { Button } from '../ui/Button.tsx';
import { tellFailure } from '../ui/states.tsx';

export function ChangedElsewhere() {
  const { t } = useTranslation('studio');
  const isAsked = useProject(({ elsewhere }) => elsewhere !== null);
  const name = useProject(({ project }) => project?.name ?? '');
  const { keepMine, takeTheirs } = useProject.getState();
  if (!isAsked) return null;
  return (
    <div role="alert" className="flex flex-wrap items-center gap-2 border-b border-line bg-raised px-4 py-1.5">
      <TriangleAlert aria-hidden size={16} className="text-warn" />
      <p className="min-w-40 flex-1">{t('bar.elsewhere.text', { name: name || t('bar.untitled') })}</p>
      <Button tip={t('bar.elsewhere.theirsTip')} onClick={() => void takeTheirs().catch(tellFailure)}>{t('bar.elsewhere.theirs')}</Button>
      <Button tip={t('bar.elsewhere.mineTip')} onClick={() => void keepMine().catch(tellFailure)}>{t('bar.elsewhere.mine')}</Button>
    </div>
  );
}
