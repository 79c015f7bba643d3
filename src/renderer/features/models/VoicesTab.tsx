import { Check, Import, Square, Star, Trash2, Volume2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { VoiceInfo } from '../../../shared/contract/voice.ts';
import { LANGUAGES } from '../../state/view.ts';
import { useAct, useCall } from '../../studio/queries.ts';
import { useSample } from '../../studio/sample.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Failure, Loading, tellFailure } from '../../ui/states.tsx';
import { DropArea } from '../avatars/DropArea.tsx';
import { RestartNotice } from '../settings/RestartNotice.tsx';
import { TryVoice } from './TryVoice.tsx';
import { ImportVoiceDialog, RemoveVoiceDialog, voiceFilesOf, type VoiceFiles } from './VoiceDialogs.tsx';
import { useVoiceName } from './voiceName.ts';
import { FileInput } from '../../ui/FileInput.tsx';

export function VoicesTab() {
  const { t } = useTranslation('models');
  const list = useCall('voices.list', null);
  const sample = useSample();
  /** Whose sample was asked for last. */
  const [heard, setHeard] = useState<string | null>(null);
  const [importing, setImporting] = useState<VoiceFiles | null>(null);
  const chooser = useRef<HTMLInputElement>(null);
  if (list.isError) return <div className="p-4"><Failure error={list.error} onRetry={() => void list.refetch()} /></div>;
  if (!list.data) return <Loading />;
  const listen = ({ id, lang }: VoiceInfo) => {
    setHeard(id);
    sample.play({ text: t(`voices.sample.${lang}`), voice: id });
  };
  const take = (files: readonly File[]) => {
    const both = voiceFilesOf(files);
    if (both) setImporting(both);
    else toast.error(t('voices.both'));
  };
  return (
    <DropArea label={t('voices.drop')} onFiles={take}>
      <div className="mx-auto grid max-w-6xl gap-4 p-4 min-[900px]:grid-cols-[minmax(0,1fr)_minmax(0,26rem)]">
        <div className="flex min-w-0 flex-col gap-4">
          <div className="flex flex-wrap items-center gap-3">
            <p className="min-w-60 flex-1 text-xs text-muted">{t('voices.intro')}</p>
            <Button kind="primary" icon={Import} tip={t('voices.importTip')} onClick={() => chooser.current?.click()}>{t('voices.import')}</Button>
          </div>
          <RestartNotice />
          {sample.error !== null && <Failure error={sample.error} />}
          {LANGUAGES.map((lang) => ({ lang, voices: list.data.filter((voice) => voice.lang === lang) })).sort((a) => (a.lang === 'fa' ? -1 : 1)).map(({ lang, voices }) => (
            <section key={lang} aria-label={t(`voices.langs.${lang}`)} className="overflow-hidden rounded-lg border border-line bg-panel">
              <h2 className="border-b border-line px-3 py-2 text-sm font-medium">{t(`voices.langs.${lang}`)}</h2>
              <ul>
                {voices.map((voice) => (
                  <Row key={voice.id} voice={voice} state={heard === voice.id ? sample.state : 'idle'} onListen={() => listen(voice)} onStop={sample.stop} />
                ))}
              </ul>
            </section>
          ))}
          <p className="text-xs text-muted">{t('voices.bring')}</p>
        </div>
        <TryVoice voices={list.data} />
        <FileInput ref={chooser} label={t('voices.import')} accept=".onnx,.json" multiple onFiles={take} />
        {importing && <ImportVoiceDialog files={importing} onClose={() => setImporting(null)} />}
      </div>
    </DropArea>
  );
}

function Row({ voice, state, onListen, onStop }: { voice: VoiceInfo; state: 'idle' | 'asking' | 'playing'; onListen: () => void; onStop: () => void }) {
  const { t } = useTranslation('models');
  const setDefault = useAct('voices.setDefault');
  const [removing, setRemoving] = useState(false);
  const { id, engine, origin, licence, isDefault, installed, hasTimes } = voice;
  const name = useVoiceName()(voice);
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t border-line px-3 py-1.5 first:border-t-0">
      {state === 'idle'
        ? <IconButton label={`${t('voices.listen')}: ${name}`} icon={Volume2} disabled={!installed} onClick={onListen} />
        : <IconButton label={`${t('voices.stop')}: ${name}`} icon={Square} className={state === 'asking' ? 'animate-pulse' : ''} onClick={onStop} />}
      <div className="flex min-w-40 flex-1 flex-col">
        <span>{name}</span>
        <span className="text-xs text-muted"><bdi lang="en">{t(`voices.engines.${engine}`)} · {licence}</bdi>{!hasTimes && ` · ${t('voices.noTimes')}`}{!installed && ` · ${t('voices.notInstalled')}`}</span>
      </div>
      {isDefault
        ? <span className="inline-flex items-center gap-1 rounded bg-accent px-1.5 py-0.5 text-xs font-medium text-accent-ink"><Check aria-hidden size={12} />{t('voices.isDefault')}</span>
        : installed && <Button kind="quiet" icon={Star} tip={t('voices.makeDefaultTip')} aria-label={`${t('voices.makeDefault')}: ${name}`} disabled={setDefault.isPending} onClick={() => setDefault.mutate({ id }, { onError: tellFailure })}>{t('voices.makeDefault')}</Button>}
      {origin === 'imported' && <IconButton label={`${t('voices.removeTip')}: ${name}`} icon={Trash2} onClick={() => setRemoving(true)} />}
      {removing && <RemoveVoiceDialog id={id} name={name} onClose={() => setRemoving(false)} />}
    </li>
  );
}
