import { useTranslation } from 'react-i18next';

export function ModelsScreen() {
  const { t } = useTranslation('common');
  return <h1 className="p-4 text-base">{t('screens.models')}</h1>;
}
