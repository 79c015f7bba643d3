import { useTranslation } from 'react-i18next';

export function AvatarsScreen() {
  const { t } = useTranslation('common');
  return <h1 className="p-4 text-base">{t('screens.avatars')}</h1>;
}
