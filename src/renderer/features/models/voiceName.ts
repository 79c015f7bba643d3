import { useTranslation } from 'react-i18next';
import type { VoiceInfo } from '../../../shared/contract/voice.ts';

/** Names of voices in the page's language; those that were brought along keep their own. */
export function useVoiceName(): (voice: Pick<VoiceInfo, 'id' | 'name'>) => string {
  const { t, i18n } = useTranslation('models');
  return ({ id, name }) => (i18n.exists(`models:voices.names.${id}`) ? t(`voices.names.${id as 'espeak-fa'}`) : name);
}
