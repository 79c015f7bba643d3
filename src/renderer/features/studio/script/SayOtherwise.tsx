/** Teaches a word's pronunciation: for this project, or for all. */
import { Volume2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { LexiconEntry } from '../../../../shared/contract/request.ts';
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
}

const PERSIAN = /\p{Script=Arabic}/u;

export function SayOtherwise({ word: { word, said }, onClose }: { word: WordToSay; onClose: () => void }) {
  const { t } = useTranslation(['studio', 'common']);
  const project = useFields('lexicon', 'voices', 'rate', 'pitch', 'segments');
  const edit = useProject((store) => store.edit);
  const put = useAct('lexicon.put');
  const sample = useSample();
  // A number is read in the language around it; by its own digits it may be either.
  const lang: LexiconEntry['lang'] = PERSIAN.test(word) || (!/[a-z]/i.test(word) && PERSIAN.test(project?.segments.map(({ text }) => text).join('') ?? '')) ? 'fa' : 'en';
  const known = project?.lexicon.find((entry) => entry.lang === lang && entry.word === word);
  const [say, setSay] = useState(known?.say ?? said ?? '');
  const [scope, setScope] = useState<'here' | 'everywhere'>('here');
  if (!project) return null;
  const entry: LexiconEntry = { lang, word, say: say.trim() };
  const others = project.lexicon.filter((each) => each !== known);
  const done = () => {
    toast(t('script.lens.kept', { word }));
    onClose();
  };
  const save = () => {
    if (entry.say === '') return;
    if (scope === 'everywhere') return put.mutate({ entry }, { onSuccess: done });
    edit({ lexicon: [...others, entry] });
    done();
  };
  const forget = () => {
    edit({ lexicon: others });
    onClose();
  };
  const listen = () => sample.play({ text: word, lexicon: entry.say === '' ? [] : [entry], ...(project.voices[lang] === null ? {} : { voice: project.voices[lang] }), rate: project.rate, pitch: project.pitch });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('script.lens.title', { word })}
      actions={
        <>
          {known && <Button onClick={forget}>{t('script.lens.forget')}</Button>}
          <Button onClick={onClose}>{t('common:cancel')}</Button>
          <Button kind="primary" disabled={entry.say === '' || put.isPending} onClick={save}>{t('script.lens.save')}</Button>
        </>
      }
    >
      <form className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); save(); }}>
        <div className="flex items-end gap-2">
          <div className="flex-1"><TextField label={t('script.lens.say')} value={say} maxLength={300} lang={lang} autoFocus onChange={({ target }) => setSay(target.value)} /></div>
          <Button icon={Volume2} disabled={sample.state === 'asking'} onClick={listen}>{t('script.lens.listen')}</Button>
        </div>
        <p className="text-xs text-muted">{t('script.lens.sayHint')}</p>
        <Segmented label={t('script.lens.scope')} value={scope} onChange={setScope} choices={[{ value: 'here', label: t('script.lens.here'), tip: t('script.lens.here') }, { value: 'everywhere', label: t('script.lens.everywhere'), tip: t('script.lens.everywhere') }]} />
        {(put.error ?? sample.error) != null && <Failure error={put.error ?? sample.error} />}
      </form>
    </Dialog>
  );
}
