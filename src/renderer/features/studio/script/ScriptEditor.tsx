/** What is to be said: written here, or recorded; and the button that makes the take. */
import type { EditorView } from '@codemirror/view';
import { Ear, Eye, Redo2, Undo2 } from 'lucide-react';
import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import { MAX_SCRIPT_CHARACTERS } from '../../../../shared/contract/request.ts';
import { useFormat } from '../../../i18n/format.ts';
import { useShortcuts } from '../../../shell/shortcuts.ts';
import { askForPlan, usePlan } from '../../../state/plan.ts';
import { useProject } from '../../../state/project.ts';
import { textOf } from '../../../state/segments.ts';
import { useConnection } from '../../../studio/connection.ts';
import { useCall } from '../../../studio/queries.ts';
import { IconButton } from '../../../ui/Button.tsx';
import { Tip } from '../../../ui/Tip.tsx';
import { useIntake } from '../../avatars/intake.ts';
import { AddRecording } from '../recording/AddRecording.tsx';
import { RecordingCard } from '../recording/RecordingCard.tsx';
import { takeSound } from '../recording/sound.ts';
import { useVoiceName } from '../voiceNames.ts';
import { useCursor } from './cursor.ts';
import { createEditor, insert, setText, setWords, ZWNJ, type EditorHooks, type EditorWords } from './editor.ts';
import { changeAt, setPlan } from './lens.ts';
import { MarkProblem } from './MarkProblem.tsx';
import { setFault } from './marks.ts';
import { SayOtherwise, type WordToSay } from './SayOtherwise.tsx';
import { SentenceVoice } from './SentenceVoice.tsx';
import { SpeakBar } from './SpeakBar.tsx';

const useMarks = create<{ shown: boolean; toggle: () => void }>()(persist((set) => ({ shown: false, toggle: () => set(({ shown }) => ({ shown: !shown })) }), { name: 'sima-hidden-marks', partialize: ({ shown }) => ({ shown }) }));

export function ScriptEditor() {
  const { t } = useTranslation('studio');
  const audio = useProject(({ project }) => project?.audio ?? null);
  const isOpen = useProject(({ project }) => project !== null);
  const edit = useProject((project) => project.edit);
  const [isWritingInstead, setWritingInstead] = useState(false);
  const write = () => {
    setWritingInstead(true);
    edit({ audio: null });
  };
  return (
    <section aria-label={t('script.title')} className="flex h-[clamp(172px,28vh,400px)] shrink-0 flex-col border-t border-line bg-panel">
      {audio !== null ? <RecordingCard audio={audio} onWrite={write} /> : isOpen ? <Editor takesFocus={isWritingInstead} /> : <div className="flex-1" />}
      <SpeakBar />
    </section>
  );
}

/** @param takesFocus as soon as it is there: what had it has gone */
function Editor({ takesFocus }: { takesFocus: boolean }) {
  const { t } = useTranslation(['studio', 'common']);
  const { undo, redo, type } = useProject.getState();
  const canUndo = useProject((store) => store.canUndo);
  const canRedo = useProject((store) => store.canRedo);
  const areMarksShown = useMarks(({ shown }) => shown);
  const toggleMarks = useMarks(({ toggle }) => toggle);
  const words = useEditorWords();
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const [wordToSay, setWordToSay] = useState<WordToSay | null>(null);

  const segments = useProject(({ project }) => project?.segments);
  const text = useMemo(() => textOf(segments ?? []), [segments]);
  const plan = usePlanOfProject();

  const say = (from: number, to: number) => {
    const state = view.current?.state;
    if (!state) return;
    const { spoken = null, readings = [] } = changeAt(state, from)?.change ?? {};
    setWordToSay({ word: state.sliceDoc(from, to), said: spoken, readings, write: (said) => view.current?.dispatch({ changes: { from, to, insert: said }, userEvent: 'input' }) });
  };
  const onType = useEffectEvent(type);
  const onCursor = useEffectEvent((at: number) => {
    useCursor.setState({ at, found: view.current && changeAt(view.current.state, at) });
  });
  const onSayOtherwise = useEffectEvent(say);
  const focusFirst = useEffectEvent((opened: EditorView) => takesFocus && opened.focus());
  const open = useEffectEvent((parent: HTMLElement, hooks: EditorHooks) => createEditor(parent, text, words, hooks));
  useEffect(() => {
    const opened = open(place.current!, {
      onType: (changes) => onType(changes),
      onCursor: (at) => onCursor(at),
      onSayOtherwise: (from, to) => onSayOtherwise(from, to),
      onDropFile: (files) => takeSound(files) || takeAnythingElse(files),
    });
    view.current = opened;
    focusFirst(opened);
    return () => {
      view.current = null;
      useCursor.setState({ at: 0, found: null });
      opened.destroy();
    };
  }, []);
  useEffect(() => {
    if (view.current) setText(view.current, text);
  }, [text]);
  useEffect(() => {
    if (view.current) setWords(view.current, words, areMarksShown);
  }, [words, areMarksShown]);
  // While the marks cannot be read, what was known before moves along with the text.
  useEffect(() => view.current?.dispatch({ effects: [...(plan?.problemAt ? [] : [setPlan.of(plan)]), setFault.of(plan?.problemAt ?? null)] }), [plan, words]);

  const sayAtCursor = () => {
    const editor = view.current;
    const found = useCursor.getState().found ?? (editor && wordAt(editor, useCursor.getState().at));
    if (found) say(found.from, found.to);
  };
  const select = (from: number, to: number) => {
    const editor = view.current;
    if (!editor || to > editor.state.doc.length) return;
    editor.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
    editor.focus();
  };
  const insertZwnj = () => {
    const editor = view.current;
    if (!editor) return;
    insert(editor, ZWNJ);
    editor.focus();
  };
  useShortcuts(t('script.title'), [
    { keys: '$mod+Shift+KeyH', label: t('script.marks'), run: toggleMarks },
    { keys: '$mod+Period', label: t('script.lens.otherwise'), run: sayAtCursor },
  ]);
  return (
    <>
      <div role="toolbar" aria-label={t('script.title')} className="flex flex-wrap items-center gap-0.5 border-b border-line px-2 py-0.5">
        <IconButton label={t('script.undo')} shortcut="$mod+KeyZ" icon={Undo2} disabled={!canUndo} onClick={undo} className="rtl:-scale-x-100" />
        <IconButton label={t('script.redo')} shortcut="$mod+KeyY" icon={Redo2} disabled={!canRedo} onClick={redo} className="rtl:-scale-x-100" />
        <span className="mx-1 h-5 w-px bg-line" />
        <Tip label={t('script.zwnjTip')} shortcut="Shift+Space">
          <button type="button" aria-label={t('script.zwnj')} onMouseDown={(event) => event.preventDefault()} onClick={insertZwnj} dir="rtl" className="size-8 rounded text-xs before:content-['می¦'] hover:bg-raised" />
        </Tip>
        <IconButton label={t('script.marks')} shortcut="$mod+Shift+KeyH" icon={Eye} aria-pressed={areMarksShown} onClick={toggleMarks} />
        <IconButton label={t('script.lens.otherwise')} shortcut="$mod+Period" icon={Ear} onMouseDown={(event) => event.preventDefault()} onClick={sayAtCursor} />
        <SentenceVoice />
        <span className="flex-1" />
        <AddRecording />
        <Counters text={text} />
      </div>
      <div ref={place} className="min-h-0 flex-1 overflow-hidden" />
      <MarkProblem onGo={select} />
      {wordToSay && <SayOtherwise word={wordToSay} onClose={() => { setWordToSay(null); view.current?.focus(); }} />}
    </>
  );
}

/** A short text is written into the script by the editor, which reads whatever else is dropped on it, too, however large: that may be a face. */
function takeAnythingElse(files: FileList): boolean {
  if ([...files].every(({ name, type, size }) => (type.startsWith('text/') || /\.(txt|md)$/i.test(name)) && size <= 4 * MAX_SCRIPT_CHARACTERS)) return false;
  void useIntake.getState().take(files);
  return true;
}

/** The plan of the project as it is; null while there is none. */
function usePlanOfProject() {
  const segments = useProject(({ project }) => project?.segments);
  const lexicon = useProject(({ project }) => project?.lexicon);
  const rate = useProject(({ project }) => project?.rate);
  const connected = useConnection(({ client }) => client);
  // What the user says otherwise everywhere changes the plan, too.
  const own = useCall('lexicon.list', null, { enabled: connected !== null }).data;
  useEffect(() => {
    const { project } = useProject.getState();
    if (project && connected) askForPlan(project);
  }, [segments, lexicon, rate, own, connected]);
  return usePlan(({ plan }) => plan);
}

function useEditorWords(): EditorWords {
  const { t } = useTranslation(['studio', 'marks']);
  const format = useFormat();
  const voices = useCall('voices.list', null).data;
  const nameOf = useVoiceName();
  const segments = useProject(({ project }) => project?.segments);
  const hasOwnVoices = segments?.some(({ voice }) => voice !== undefined) ?? false;
  // Of all segments only those with a voice of their own are named: the words change no more often than these.
  const owners = hasOwnVoices ? segments : undefined;
  return useMemo(
    () => ({
      label: t('script.label'),
      placeholder: t('script.placeholder'),
      hidden: { zwnj: t('script.hidden.zwnj'), zwj: t('script.hidden.zwj'), mark: t('script.hidden.mark'), nbsp: t('script.hidden.nbsp'), shy: t('script.hidden.shy'), other: t('script.hidden.other') },
      said: t('script.lens.said'),
      unsaid: t('script.lens.unsaid'),
      otherwise: t('script.lens.otherwise'),
      reasons: { number: t('script.reasons.number'), symbol: t('script.reasons.symbol'), word: t('script.reasons.word'), ezafe: t('script.reasons.ezafe'), starter: t('script.reasons.starter'), readings: t('script.reasons.readings'), lexicon: t('script.reasons.lexicon'), mark: t('marks:reason') },
      border: ({ from, estimateSec }) => {
        const own = owners?.[from]?.voice;
        const voice = own === undefined ? undefined : voices?.find(({ id }) => id === own);
        return [voice && nameOf(voice), t('script.seconds', { value: format.number(estimateSec, 1) })].filter(Boolean).join(' · ');
      },
    }),
    [t, format, voices, owners, nameOf],
  );
}

function Counters({ text }: { text: string }) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const plan = usePlan((state) => state.plan);
  const isTooLong = text.length > MAX_SCRIPT_CHARACTERS;
  const limit = format.number(MAX_SCRIPT_CHARACTERS);
  return (
    <p className={`flex items-center gap-2 ps-2 text-xs ${isTooLong ? 'text-bad' : 'text-muted'}`}>
      {plan && plan.segments.length > 0 && (
        <Tip label={t('script.durationTip')}><span tabIndex={-1} className="tabular-nums">{t('script.duration', { time: format.clock(plan.estimateSec) })}</span></Tip>
      )}
      <Tip label={t('script.charactersTip', { limit })}>
        <span tabIndex={-1} className="tabular-nums max-[1180px]:sr-only">{t('script.characters', { value: format.number(text.length), limit })}</span>
      </Tip>
    </p>
  );
}

/** The word that the cursor stands in or beside. */
function wordAt(view: EditorView, at: number): { from: number; to: number } | null {
  const line = view.state.doc.lineAt(at);
  for (const { 0: word, index } of line.text.matchAll(/[\p{L}\p{M}\p{N}\u200c'’]+/gu)) {
    const from = line.from + index;
    if (from <= at && at <= from + word.length) return { from, to: from + word.length };
  }
  return null;
}
