/** A sentence of the user's own, heard at once, with what is said of it and its phonemes. */
import { Download, Square, Volume2 } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { VoiceInfo } from '../../../shared/contract/voice.ts';
import { errorText } from '../../i18n/errorText.ts';
import { useFormat } from '../../i18n/format.ts';
import { useView } from '../../state/view.ts';
import { useSample, type Sample } from '../../studio/sample.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { CONTROL, Field, Select, Slider } from '../../ui/fields.tsx';
import { Failure } from '../../ui/states.tsx';
import { useVoiceName } from './voiceName.ts';

const LIMIT = 500;
const BY_LANGUAGE = 'auto';

export function TryVoice({ voices }: { voices: readonly VoiceInfo[] }) {
  const { t } = useTranslation('models');
  const format = useFormat();
  const language = useView((view) => view.language);
  const id = useId();
  const nameOf = useVoiceName();
  const sample = useSample();
  const [text, setText] = useState<string>(() => t(`voices.sample.${language}`));
  const [voice, setVoice] = useState(BY_LANGUAGE);
  const [rate, setRate] = useState(1);
  const [pitch, setPitch] = useState(1);
  const say = () => sample.play({ text, rate, pitch, ...(voice === BY_LANGUAGE ? {} : { voice }) });
  const times = (factor: number) => `\u2066${format.number(factor, 2)}×\u2069`;
  return (
    <section aria-label={t('try.title')} className="flex min-w-0 flex-col gap-3 self-start rounded-lg border border-line bg-panel p-3">
      <h2 className="text-sm font-medium">{t('try.title')}</h2>
      <Field label={t('try.text')} htmlFor={id} hint={t('try.characters', { value: format.number(text.length), limit: format.number(LIMIT) })}>
        <textarea id={id} dir="auto" rows={3} maxLength={LIMIT} value={text} placeholder={t('try.placeholder')} onChange={({ target }) => setText(target.value)} className={`${CONTROL} resize-y py-1.5`} />
      </Field>
      <Select
        label={t('try.voice')} value={voice} onChange={setVoice}
        choices={[{ value: BY_LANGUAGE, label: t('try.byLanguage') }, ...voices.filter(({ installed }) => installed).map((each) => ({ value: each.id, label: nameOf(each), group: t(`voices.langs.${each.lang}`) }))]}
      />
      <div className="grid grid-cols-2 gap-4">
        <Slider label={t('try.rate')} value={rate} min={0.5} max={2} step={0.05} onChange={setRate} text={times(rate)} />
        <Slider label={t('try.pitch')} value={pitch} min={0.5} max={2} step={0.05} onChange={setPitch} text={times(pitch)} />
      </div>
      <div className="flex items-center gap-2">
        {sample.state === 'idle'
          ? <Button kind="primary" icon={Volume2} disabled={text.trim() === ''} onClick={say}>{t('try.say')}</Button>
          : <Button icon={Square} className={sample.state === 'asking' ? 'animate-pulse' : ''} onClick={sample.stop}>{t('voices.stop')}</Button>}
        {sample.said && <SaveSound wav={sample.said.wav} />}
        {sample.said && <span className="text-xs text-muted">{t('try.duration', { time: format.seconds(sample.said.durationSec, 1) })}</span>}
      </div>
      {sample.error !== null && <Failure error={sample.error} onRetry={say} />}
      {sample.said && <Heard said={sample.said} />}
    </section>
  );
}

function SaveSound({ wav }: { wav: string }) {
  const { t } = useTranslation('models');
  return (
    <IconButton
      label={t('try.saveWav')} icon={Download}
      onClick={() => {
        const link = document.createElement('a');
        link.href = `data:audio/wav;base64,${wav}`;
        link.download = 'sima.wav';
        link.click();
      }}
    />
  );
}

function Heard({ said: { changes, phonemes, warnings } }: { said: NonNullable<Sample['said']> }) {
  const { t, i18n } = useTranslation('models');
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-col gap-1">
        <h3 className="text-xs text-muted">{t('try.said')}</h3>
        {changes.length === 0 ? <p>{t('try.unchanged')}</p> : (
          <ul className="flex flex-col gap-1">
            {changes.map(({ start, written, spoken, reason }) => (
              <li key={start} className="flex flex-wrap items-baseline gap-x-2">
                <bdi className="text-muted line-through decoration-1">{written}</bdi><span aria-hidden className="text-muted rtl:-scale-x-100">→</span><bdi className="text-accent">{spoken === '' ? '–' : spoken}</bdi>
                <span className="text-xs text-muted">{i18n.exists(`models:try.reasons.${reason}`) ? t(`try.reasons.${reason as 'number'}`) : ''}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
      {warnings.length > 0 && (
        <div className="flex flex-col gap-1">
          <h3 className="text-xs text-muted">{t('try.warnings')}</h3>
          <ul className="flex flex-col gap-1 text-xs text-warn">{warnings.map((warning) => <li key={warning} dir="auto">{errorText({ message: warning })}</li>)}</ul>
        </div>
      )}
      <div className="flex flex-col gap-1">
        <h3 className="text-xs text-muted">{t('try.phonemes')}</h3>
        {phonemes === null ? <p>{t('try.noPhonemes')}</p> : (
          <p dir="ltr" className="flex flex-wrap gap-1 font-mono text-xs">
            {phonemes.map(({ symbol, startSec }) => (symbol === '' ? <span key={startSec} title={t('try.pause')} className="px-1 text-muted">·</span> : <span key={startSec} className="rounded bg-raised px-1.5 py-0.5">{symbol}</span>))}
          </p>
        )}
      </div>
    </div>
  );
}
