/** What voices are called and how they are chosen from: the shipped ones' names in the page's language, others as they call themselves. */
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { VoiceInfo } from '../../../shared/contract/voice.ts';
import { studio } from '../../i18n/en/studio.ts';
import { useCall } from '../../studio/queries.ts';

type Known = keyof typeof studio.voiceNames;
const isKnown = (id: string): id is Known => Object.hasOwn(studio.voiceNames, id);

export function useVoiceName(): (voice: Pick<VoiceInfo, 'id' | 'name'>) => string {
  const { t } = useTranslation('studio');
  return useCallback(({ id, name }) => (isKnown(id) ? t(`voiceNames.${id}`) : name), [t]);
}

/** The voices of a language, and the one that is chosen though this studio does not have it: it is still what was chosen. */
export function useVoiceChoices(lang: VoiceInfo['lang'], chosen: string | null): { value: string; label: string; group: string }[] {
  const { t } = useTranslation('studio');
  const nameOf = useVoiceName();
  const voices = useCall('voices.list', null).data?.filter((voice) => voice.lang === lang && voice.installed) ?? [];
  return [
    ...voices.map((voice) => ({ value: voice.id, label: nameOf(voice), group: voice.engine === 'espeak' ? 'eSpeak NG' : 'Piper' })),
    ...(chosen !== null && !voices.some(({ id }) => id === chosen) ? [{ value: chosen, label: chosen, group: t('inspector.otherGroup') }] : []),
  ];
}
