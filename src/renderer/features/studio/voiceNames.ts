/** The shipped voices' names in the page's language; others are called what they call themselves. */
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { VoiceInfo } from '../../../shared/contract/voice.ts';
import { studio } from '../../i18n/en/studio.ts';

type Known = keyof typeof studio.voiceNames;
const isKnown = (id: string): id is Known => Object.hasOwn(studio.voiceNames, id);

export function useVoiceName(): (voice: Pick<VoiceInfo, 'id' | 'name'>) => string {
  const { t } = useTranslation('studio');
  return useCallback(({ id, name }) => (isKnown(id) ? t(`voiceNames.${id}`) : name), [t]);
}
