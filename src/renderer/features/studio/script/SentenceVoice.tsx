/** A voice, a rate of its own for the sentence that the cursor stands in. */
import { AudioLines } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/format.ts';
import { usePlan } from '../../../state/plan.ts';
import { useFields, useProject } from '../../../state/project.ts';
import { overrideAt, withOverride, type Override } from '../../../state/segments.ts';
import { useCall } from '../../../studio/queries.ts';
import { Button } from '../../../ui/Button.tsx';
import { Select, Slider } from '../../../ui/fields.tsx';
import { Popover } from '../../../ui/Menu.tsx';
import { useVoiceName } from '../voiceNames.ts';
import { useCursor } from './cursor.ts';

/** Radix knows no empty value. */
const AS_PROJECT = ' ';

export function SentenceVoice() {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const nameOf = useVoiceName();
  const cursor = useCursor(({ at }) => at);
  const project = useFields('segments', 'rate');
  const edit = useProject((store) => store.edit);
  const sentence = usePlan(({ plan }) => plan?.segments.find(({ start, end }) => cursor >= start && cursor < end) ?? plan?.segments.at(-1));
  const voices = useCall('voices.list', null).data ?? [];
  if (!project) return null;
  const own = sentence ? overrideAt(project.segments, sentence.start) : {};
  const isOwn = own.voice !== undefined || own.rate !== undefined || own.pitch !== undefined;
  const set = (change: Override, group?: string) => {
    if (sentence) edit({ segments: withOverride(project.segments, sentence.start, sentence.end, { ...own, ...change }) }, group);
  };
  const groups = { fa: t('inspector.persian'), en: t('inspector.english') };
  return (
    <Popover tip={t('script.sentenceTip')} label={t('script.sentence')} trigger={<Button kind="quiet" icon={AudioLines} aria-pressed={isOwn} className="max-[1179px]:px-2"><span className="max-[1179px]:sr-only">{t('script.sentence')}</span></Button>}>
      {sentence ? (
        <>
          <p dir="auto" className="line-clamp-3 text-muted">{sentence.text.trim()}</p>
          <Select
            label={t('script.sentenceVoice')}
            value={own.voice ?? AS_PROJECT}
            choices={[{ value: AS_PROJECT, label: t('script.projectVoice') }, ...voices.filter(({ installed }) => installed).map((voice) => ({ value: voice.id, label: nameOf(voice), group: groups[voice.lang] }))]}
            onChange={(voice) => set({ voice: voice === AS_PROJECT ? undefined : voice })}
          />
          <Slider label={t('script.ownRate')} value={own.rate ?? project.rate} min={0.5} max={2} step={0.05} text={t('inspector.times', { value: format.number(own.rate ?? project.rate, 2) })} onChange={(rate) => set({ rate }, 'sentence-rate')} />
          <Button disabled={!isOwn} onClick={() => set({ voice: undefined, rate: undefined, pitch: undefined })}>{t('script.reset')}</Button>
        </>
      ) : (
        <p className="text-muted">{t('script.noSentence')}</p>
      )}
    </Popover>
  );
}
