/** A word and how it is to be said: heard before it is kept. */
import { Square, Volume2 } from 'lucide-react';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { LexiconEntry } from '../../../shared/contract/request.ts';
import { useView, type UiLanguage } from '../../state/view.ts';
import { call } from '../../studio/connection.ts';
import { useSample } from '../../studio/sample.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Segmented, TextField } from '../../ui/fields.tsx';
import { Failure } from '../../ui/states.tsx';

/** @param entry null: a new one; `known`: what the lexicon holds */
export function EntryDialog({ entry, known, onClose }: { entry: LexiconEntry | null; known: readonly LexiconEntry[]; onClose: () => void }) {
  const { t } = useTranslation('models');
  const language = useView((view) => view.language);
  const sample = useSample();
  const [lang, setLang] = useState<UiLanguage>(entry?.lang ?? language);
  const [word, setWord] = useState(entry?.word ?? '');
  const [how, setHow] = useState<'say' | 'phonemes'>(entry?.phonemes === undefined ? 'say' : 'phonemes');
  const [say, setSay] = useState(entry?.say ?? entry?.phonemes ?? '');
  const [error, setError] = useState<unknown>(null);
  const [saving, setSaving] = useState(false);
  const isWhole = word.trim() !== '' && say.trim() !== '';
  const draft: LexiconEntry = { lang, word: word.trim(), ...(how === 'say' ? { say: say.trim() } : { phonemes: say.trim() }) };
  const replaced = known.find((each) => each.lang === lang && each.word.toLowerCase() === draft.word.toLowerCase() && each !== entry);
  const save = async (event: SyntheticEvent) => {
    event.preventDefault();
    if (!isWhole) return;
    setSaving(true);
    setError(null);
    try {
      await call('lexicon.put', { entry: draft });
      // A word that was written otherwise before is another word now.
      if (entry && (entry.word !== draft.word || entry.lang !== lang)) await call('lexicon.remove', { lang: entry.lang, word: entry.word }).catch(() => undefined);
      toast.success(t('lexicon.saved', { word: draft.word, say: how === 'say' ? say.trim() : `/${say.trim()}/` }));
      onClose();
    } catch (failure) {
      setError(failure);
    } finally {
      setSaving(false);
    }
  };
  const langs = (['fa', 'en'] as const).map((value) => ({ value, label: t(`voices.langs.${value}`), tip: t('lexicon.lang') }));
  return (
    <Dialog open onClose={onClose} title={entry ? t('lexicon.edit', { word: entry.word }) : t('lexicon.add')}>
      <form onSubmit={(event) => void save(event)} className="flex flex-col gap-4">
        <Segmented label={t('lexicon.lang')} value={lang} onChange={setLang} choices={langs} />
        <TextField label={t('lexicon.word')} value={word} maxLength={100} autoFocus autoComplete="off" onChange={({ target }) => setWord(target.value)} />
        <Segmented label={t('lexicon.how')} value={how} onChange={setHow} choices={(['say', 'phonemes'] as const).map((value) => ({ value, label: t(`lexicon.hows.${value}`), tip: t(`lexicon.${value}Hint`) }))} />
        <TextField label={t(how === 'say' ? 'lexicon.say' : 'lexicon.phonemes')} hint={t(`lexicon.${how}Hint`)} value={say} maxLength={300} autoComplete="off" {...(how === 'phonemes' ? { dir: 'ltr', lang: 'und-fonipa', spellCheck: false } : {})} onChange={({ target }) => setSay(target.value)} />
        {replaced && <p role="status" className="text-xs text-warn">{t('lexicon.replaces', { word: replaced.word, say: replaced.say ?? `/${replaced.phonemes ?? ''}/` })}</p>}
        {(error ?? sample.error) !== null && <Failure error={error ?? sample.error} />}
        <div className="flex flex-wrap justify-end gap-2">
          {sample.state === 'idle'
            ? <Button icon={Volume2} className="me-auto" disabled={!isWhole} onClick={() => sample.play({ text: word.trim(), voice: lang, lexicon: [draft] })}>{t('voices.listen')}</Button>
            : <Button icon={Square} className="me-auto" onClick={sample.stop}>{t('voices.stop')}</Button>}
          <Button onClick={onClose}>{t('lexicon.cancel')}</Button>
          <Button kind="primary" type="submit" disabled={!isWhole || saving}>{t('lexicon.save')}</Button>
        </div>
      </form>
    </Dialog>
  );
}
