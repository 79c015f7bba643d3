/** What is behind the person. */
import { ImageUp, X } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/format.ts';
import { useFields, useProject } from '../../../state/project.ts';
import { Button, IconButton } from '../../../ui/Button.tsx';
import { Segmented, Slider } from '../../../ui/fields.tsx';
import { Progress, tellFailure } from '../../../ui/states.tsx';
import { Tip } from '../../../ui/Tip.tsx';
import { BACKGROUNDS, backgroundOf, backgroundText, USUAL_BLUR, USUAL_COLOUR, type Background } from './frames.ts';
import { FileInput } from '../../../ui/FileInput.tsx';
import { uploadForProject } from '../uploadForProject.ts';

const COLOURS = { green: '#00b140', white: '#ffffff', grey: '#8a8d91', dark: '#16202c' } as const;

export function BackgroundFields() {
  const { t } = useTranslation(['studio', 'common']);
  const format = useFormat();
  const project = useFields('background');
  const edit = useProject((store) => store.edit);
  const picker = useRef<HTMLInputElement>(null);
  const [sending, setSending] = useState<{ done: number; abort: AbortController } | null>(null);
  if (!project) return null;
  const background = backgroundOf(project.background);
  const set = (next: Background, group?: string) => edit({ background: backgroundText(next) }, group);
  const choose = (kind: Background['kind']) => {
    if (kind === 'keep') set({ kind });
    else if (kind === 'blur') set({ kind, amount: USUAL_BLUR });
    else if (kind === 'colour') set({ kind, colour: USUAL_COLOUR });
    else picker.current?.click(); // it is one when there is a picture
  };
  const bring = async (file: File) => {
    const abort = new AbortController();
    setSending({ done: 0, abort });
    try {
      const sent = await uploadForProject(file, file.name, { signal: abort.signal, onProgress: (done) => setSending({ done, abort }) });
      if (sent !== null) set({ kind: 'picture', file: sent });
    } catch (error) {
      tellFailure(error);
    } finally {
      setSending(null);
    }
  };
  return (
    <div className="flex flex-col gap-2">
      <Segmented label={t('inspector.background')} value={background.kind} onChange={choose} choices={BACKGROUNDS.map((value) => ({ value, label: t(`inspector.${value}`), tip: value === 'picture' ? t('inspector.choosePicture') : t(`inspector.${value}`) }))} />
      {background.kind === 'blur' && <Slider label={t('inspector.amount')} value={background.amount} min={0.1} max={1} step={0.05} text={format.percent(background.amount)} onChange={(amount) => set({ kind: 'blur', amount }, 'blur')} />}
      {background.kind === 'colour' && (
        <div className="flex items-center gap-1.5">
          {(Object.keys(COLOURS) as (keyof typeof COLOURS)[]).map((name) => (
            <Tip key={name} label={t(`inspector.${name}`)}>
              <button type="button" aria-label={t(`inspector.${name}`)} aria-pressed={background.colour === COLOURS[name]} onClick={() => set({ kind: 'colour', colour: COLOURS[name] })} style={{ background: COLOURS[name] }} className="size-7 rounded border border-line aria-pressed:outline-2 aria-pressed:outline-offset-1 aria-pressed:outline-accent" />
            </Tip>
          ))}
          <Tip label={t('inspector.colourLabel')}>
            <input type="color" aria-label={t('inspector.colourLabel')} value={background.colour} onChange={({ target }) => set({ kind: 'colour', colour: target.value }, 'colour')} className="h-8 min-w-12 flex-1 rounded border border-line bg-raised p-0.5" />
          </Tip>
        </div>
      )}
      {background.kind === 'picture' && sending === null && <Button icon={ImageUp} onClick={() => picker.current?.click()}>{t('inspector.choosePicture')}</Button>}
      {sending !== null && <span className="flex items-center gap-1"><Progress label={t('recording.sending')} done={sending.done} /><IconButton label={t('common:cancel')} icon={X} size={14} className="size-6" onClick={() => sending.abort.abort()} /></span>}
      <FileInput ref={picker} label={t('inspector.choosePicture')} accept="image/*" onFiles={([file]) => void bring(file)} />
    </div>
  );
}
