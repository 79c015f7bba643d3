/** Teaches a word's pronunciation: at that place, for this project, or for all. */
import { Volume2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { LexiconEntry } from '../../../../shared/contract/request.ts';
import type { Reading } from '../../../../shared/contract/voice.ts';
import { useFields, useProject } from '../../../state/project.ts';
import { useAct } from '../../../studio/queries.ts';
import { useSample } from '../../../studio/sample.ts';
import { Button } from '../../../ui/Button.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Segmented, TextField } from '../../../ui/fields.tsx';
import { Failure } from '../../../ui/states.tsx';

export interface WordToSay {
  word: string;
  /** How it is said now, where that is not how it is written. */
  said: string | null;
  /** Of a homograph. */
  readings: readonly Reading[];
  /** Writes something else in its place. */
  write: (text: string) => void;
}

const PERSIAN = /\p{Script=Arabic}/u;

export function SayOtherwise({ word: { word, said, readings, write }, onClose }: { word: WordToSay; onClose: () => void }) {
  const { t } = useTranslation(['studio', 'common']);
  const project = useFields('lexicon', 'voices', 'rate', 'pitch', 'segments');
  const edit = useProject((store) => store.edit);
  const put = useAct('lexicon.put');
  const sample = useSample();
  // A number is read in the language around it; by its own digits it may be either.
  const lang: LexiconEntry['lang'] = PERSIAN.test(word) || (!/[a-z]/i.test(word) && PERSIAN.test(project?.segments.map(({ text }) => text).join('') ?? '')) ? 'fa' : 'en';
  const known = project?.lexicon.find((entry) => entry.lang === lang && entry.word === word);
  const [how, setHow] = useState<'say' | 'phonemes'>(known?.phonemes === undefined ? 'say' : 'phonemes');
  const [text, setText] = useState(known?.say ?? known?.phonemes ?? said ?? '');
  const [scope, setScope] = useState<'place' | 'here' | 'everywhere'>(readings.length > 0 ? 'place' : 'here');
  if (!project) return null;
  const trimmed = text.trim();
  const entry: LexiconEntry = { lang, word, ...(how === 'say' ? { say: trimmed } : { phonemes: trimmed }) };
  const others = project.lexicon.filter((each) => each !== known);
  // Sounds cannot be written into a text.
  const scopes = readings.length > 0 && how === 'say' ? (['place', 'here', 'everywhere'] as const) : (['here', 'everywhere'] as const);
  const chosen = scopes.find((each) => each === scope) ?? 'here';
  const done = () => {
    toast(t('script.lens.kept', { word }));
    onClose();
  };
  const save = () => {
    if (trimmed === '') return;
    if (chosen === 'everywhere') return put.mutate({ entry }, { onSuccess: done });
    if (chosen === 'place') {
      write(trimmed);
      return onClose();
    }
    edit({ lexicon: [...others, entry] });
    done();
  };
  const forget = () => {
    edit({ lexicon: others });
    onClose();
  };
  const choose = (reading: Reading) => {
    setHow('say');
    setText(reading.say);
  };
  const listen = () => sample.play({ text: word, lexicon: trimmed === '' ? [] : [entry], ...(project.voices[lang] === null ? {} : { voice: project.voices[lang] }), rate: project.rate, pitch: project.pitch });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('script.lens.title', { word })}
      actions={
        <>
          {known && <Button onClick={forget}>{t('script.lens.forget')}</Button>}
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button kind="primary" disabled={trimmed === '' || put.isPending} onClick={save}>{t('script.lens.save')}</Button>
        </>
      }
    >
      <form className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); save(); }}>
        {readings.length > 0 && (
          <div role="group" aria-label={t('script.lens.readings')} className="flex flex-wrap gap-2">
            {readings.map((reading) => (
              <Button key={reading.say} aria-pressed={how === 'say' && trimmed === reading.say} onClick={() => choose(reading)}>
                <bdi lang="fa">{reading.say}</bdi> <bdi lang="fa" className="text-muted">{reading.note}</bdi>
              </Button>
            ))}
          </div>
        )}
        <Segmented label={t('script.lens.how')} value={how} onChange={setHow} choices={(['say', 'phonemes'] as const).map((value) => ({ value, label: t(`script.lens.hows.${value}`), tip: t(`script.lens.${value}Hint`) }))} />
        <div className="flex items-end gap-2">
          <div className="flex-1">
            <TextField label={t('script.lens.say')} value={text} maxLength={300} {...(how === 'phonemes' ? { dir: 'ltr', lang: 'und-fonipa', spellCheck: false } : { lang })} autoFocus onChange={({ target }) => setText(target.value)} />
          </div>
          <Button icon={Volume2} disabled={sample.state === 'asking'} onClick={listen}>{t('script.lens.listen')}</Button>
        </div>
        <p className="text-xs text-muted">{t(`script.lens.${how}Hint`)}</p>
        <Segmented label={t('script.lens.scope')} value={chosen} onChange={setScope} choices={scopes.map((value) => ({ value, label: t(`script.lens.${value}`), tip: t(`script.lens.${value}`) }))} />
        {(put.error ?? sample.error) != null && <Failure error={put.error ?? sample.error} />}
      </form>
    </Dialog>
  );
}
