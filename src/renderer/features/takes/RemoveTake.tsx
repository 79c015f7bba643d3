/** Removing a take cannot be undone, so it is asked about once. */
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { TakeInfo } from '../../../shared/contract/take.ts';
import { useAct } from '../../studio/queries.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { tellFailure } from '../../ui/states.tsx';
import { excerptOf } from './takeWords.ts';
import { useTakesView } from './view.ts';

export function RemoveTake({ take, onClose }: { take: TakeInfo; onClose: () => void }) {
  const { t } = useTranslation('takes');
  const { t: common } = useTranslation('common');
  const remove = useAct('takes.remove');
  const confirm = () =>
    remove.mutate({ takeId: take.id }, {
      onSuccess: () => {
        const { selectedId, compared, set } = useTakesView.getState();
        set({ selectedId: selectedId === take.id ? null : selectedId, compared: compared.filter((id) => id !== take.id) });
        toast(t('remove.removed'));
      },
      onError: tellFailure,
      onSettled: onClose,
    });
  return (
    <Dialog
      open onClose={onClose} title={t('remove.title')} description={t('remove.text')}
      actions={<><Button onClick={onClose}>{common('cancel')}</Button><Button kind="danger" disabled={remove.isPending} onClick={confirm}>{t('remove.confirm')}</Button></>}
    >
      <blockquote dir="auto" className="border-s-2 border-line ps-3 text-muted">{excerptOf(take) || t('unnamed')}</blockquote>
    </Dialog>
  );
}
