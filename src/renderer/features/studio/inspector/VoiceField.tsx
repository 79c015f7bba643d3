/** The voice of one language, and how it sounds. */
import { LoaderCircle, Square, Volume2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { VoiceInfo } from '../../../../shared/contract/voice.ts';
import { shownPart } from '../../../../shared/marks.ts';
import { errorText } from '../../../i18n/errorText.ts';
import { usePlan } from '../../../state/plan.ts';
import { useFields, useProject } from '../../../state/project.ts';
import { useCall } from '../../../studio/queries.ts';
import { useSample } from '../../../studio/sample.ts';
import { IconButton } from '../../../ui/Button.tsx';
import { Select } from '../../../ui/fields.tsx';
import { useVoiceChoices, useVoiceName } from '../voiceNames.ts';
import { errorData } from '../../../../shared/errors.ts';

/** Radix knows no empty value. */
const USUAL = ' ';
/** Of the script's own words as many as are heard in a few seconds. */
const MOST_CHARACTERS = 160;

export function VoiceField({ lang }: { lang: VoiceInfo['lang'] }) {
  const { t } = useTranslation('studio');
  const project = useFields('voices', 'rate', 'pitch', 'lexicon');
  const edit = useProject((store) => store.edit);
  const voices = useVoiceChoices(lang, project?.voices[lang] ?? null);
  const usual = useCall('voices.list', null).data?.find((voice) => voice.lang === lang && voice.isDefault);
  const sentence = usePlan(({ plan, text }) => {
    const found = plan?.segments.find((segment) => segment.lang === lang);
    return found && shownPart(found.text, text).trim();
  });
  const sample = useSample();
  const nameOf = useVoiceName();
  if (!project) return null;
  const chosen = project.voices[lang];
  const label = lang === 'fa' ? t('inspector.persian') : t('inspector.english');
  const tryIt = () => {
    const text = (sentence ?? (lang === 'fa' ? t('inspector.sampleFa') : t('inspector.sampleEn'))).slice(0, MOST_CHARACTERS);
    sample.play({ text, voice: chosen ?? lang, rate: project.rate, pitch: project.pitch, ...(project.lexicon.length === 0 ? {} : { lexicon: project.lexicon }) });
  };
  const isBusy = sample.state !== 'idle';
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-end gap-1">
        <div className="min-w-0 flex-1">
          <Select
            label={label}
            value={chosen ?? USUAL}
            choices={[
              { value: USUAL, label: usual === undefined ? t('inspector.usualPlain') : t('inspector.usual', { name: nameOf(usual) }) },
              ...voices,
            ]}
            onChange={(id) => edit({ voices: { ...project.voices, [lang]: id === USUAL ? null : id } })}
          />
        </div>
        <IconButton label={`${isBusy ? t('inspector.stopTrying') : t('inspector.tryTip')}: ${label}`} kind="plain" icon={sample.state === 'asking' ? LoaderCircle : isBusy ? Square : Volume2} className={sample.state === 'asking' ? '[&>svg]:animate-spin' : ''} onClick={isBusy ? sample.stop : tryIt} />
      </div>
      {sample.error != null && <p role="alert" dir="auto" className="text-xs break-words text-bad">{errorText(errorData(sample.error)).slice(0, 300)}</p>}
    </div>
  );
}
