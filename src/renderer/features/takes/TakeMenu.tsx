/** Everything that can be done with a take. */
import { Clapperboard, Columns2, Copy, Ellipsis, FilePlus, Share, Square, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { isOver, type TakeInfo } from '../../../shared/contract/take.ts';
import { Menu, MenuItem, MenuLine } from '../../ui/Menu.tsx';
import { cancel, duplicate, openInStudio } from './actions.ts';
import { textOf } from './takeWords.ts';
import { useTakesView } from './view.ts';

export function TakeMenu({ take, onRemove }: { take: TakeInfo; onRemove: () => void }) {
  const { t } = useTranslation('takes');
  const { t: common } = useTranslation('common');
  const { compared, compare, set } = useTakesView();
  const isMarked = compared.includes(take.id);
  const text = textOf(take.request);
  return (
    <Menu tip={t('actions.more')} trigger={<button type="button" aria-label={t('actions.more')} className="inline-flex size-8 items-center justify-center rounded hover:bg-raised"><Ellipsis aria-hidden size={16} /></button>}>
      <MenuItem icon={Clapperboard} onSelect={() => void openInStudio(take)}>{t('actions.open')}</MenuItem>
      <MenuItem icon={FilePlus} onSelect={() => void duplicate(take)}>{t('actions.duplicate')}</MenuItem>
      <MenuItem icon={Share} disabled={take.state !== 'finished'} onSelect={() => set({ exporting: [take.id] })}>{t('actions.export')}</MenuItem>
      <MenuItem icon={Columns2} disabled={take.state !== 'finished'} checked={isMarked} onSelect={() => compare(take.id)}>{t(isMarked ? 'compareUnmark' : 'compareMark')}</MenuItem>
      {text !== '' && <MenuItem icon={Copy} onSelect={() => void navigator.clipboard.writeText(text).then(() => toast(common('copied')))}>{t('actions.copyText')}</MenuItem>}
      <MenuLine />
      {isOver(take.state)
        ? <MenuItem icon={Trash2} danger onSelect={onRemove}>{t('actions.remove')}</MenuItem>
        : <MenuItem icon={Square} danger onSelect={() => cancel(take)}>{t('actions.cancel')}</MenuItem>}
    </Menu>
  );
}
