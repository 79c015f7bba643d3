import { useTranslation } from 'react-i18next';

export function TakesScreen() {
  const { t } = useTranslation('common');
  return <h1 className="p-4 text-base">{t('screens.takes')}</h1>;
}
