/**
 * The editor of the script. What it shows is the project's text: its changes are told, undo is the project's, and the text is set again where it
 * was changed elsewhere.
 */
import { defaultKeymap } from '@codemirror/commands';
import { Annotation, Compartment, EditorState, Prec, type Extension } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { changeBetween, type TextChange } from '../../../state/segments.ts';
import { lens, lensWords, setPlan, type LensWords } from './lens.ts';
import { hiddenMarks, type HiddenWords, lineDirections } from './lines.ts';
import { marks } from './marks.ts';

/** The change came from the project. */
const told = Annotation.define<boolean>();
export const ZWNJ = '\u200c';
const hidden = new Compartment();
const words = new Compartment();
const PERSIAN_LETTER = /[\u0621-\u064a\u064b-\u0652\u066e-\u06d3\u06fa-\u06ff]$/;

export interface EditorWords extends LensWords {
  label: string;
  placeholder: string;
  hidden: HiddenWords;
}

export interface EditorHooks {
  onType: (changes: TextChange[]) => void;
  /** The cursor is elsewhere, or what is said there is otherwise. */
  onCursor: (at: number) => void;
  onSayOtherwise: (from: number, to: number) => void;
  /** true: the file was taken. */
  onDropFile: (files: FileList) => boolean;
}

export function createEditor(parent: HTMLElement, text: string, spoken: EditorWords, hooks: EditorHooks): EditorView {
  return new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(keymap.of([{ key: 'Shift-Space', run: (view) => afterPersianLetter(view) && insert(view, ZWNJ) }])),
        // The screen's own key: it speaks.
        keymap.of(defaultKeymap.filter(({ key }) => key !== 'Mod-Enter')),
        EditorView.lineWrapping,
        EditorView.perLineTextDirection.of(true),
        lineDirections,
        hidden.of([]),
        lens(hooks.onSayOtherwise),
        marks,
        words.of(wordsIn(spoken)),
        EditorView.domEventHandlers({ drop: (event) => (event.dataTransfer?.files.length ? hooks.onDropFile(event.dataTransfer.files) : false) }),
        EditorView.updateListener.of((update) => {
          const isPlanned = update.transactions.some(({ effects }) => effects.some((effect) => effect.is(setPlan)));
          if (update.docChanged || update.selectionSet || isPlanned) hooks.onCursor(update.state.selection.main.head);
          if (!update.docChanged || update.transactions.some((transaction) => transaction.annotation(told))) return;
          const changes: TextChange[] = [];
          // Later changes first, so that each has its place in the text before all of them.
          update.changes.iterChanges((from, to, _newFrom, _newTo, inserted) => changes.unshift({ from, to, insert: inserted.toString() }));
          hooks.onType(changes);
        }),
        THEME,
      ],
    }),
  });
}

const wordsIn = (spoken: EditorWords): Extension => [
  placeholder(spoken.placeholder),
  EditorView.contentAttributes.of({ 'aria-label': spoken.label, spellcheck: 'true', autocapitalize: 'sentences', class: 'min-h-full' }),
  lensWords.of(spoken),
];

/** The page has turned to another language. */
export const setWords = (view: EditorView, spoken: EditorWords, areHiddenShown: boolean): void =>
  view.dispatch({ effects: [words.reconfigure(wordsIn(spoken)), hidden.reconfigure(areHiddenShown ? hiddenMarks(spoken.hidden) : [])] });

/** Sets what the project says, the cursor beside what has changed. */
export function setText(view: EditorView, text: string): void {
  const change = changeBetween(view.state.doc.toString(), text);
  if (change) view.dispatch({ changes: change, selection: { anchor: change.from + change.insert.length }, annotations: told.of(true), scrollIntoView: true });
}

export function insert(view: EditorView, text: string): true {
  view.dispatch(view.state.replaceSelection(text), { userEvent: 'input.type', scrollIntoView: true });
  return true;
}

/** Elsewhere Shift and Space are a space, as always. */
function afterPersianLetter(view: EditorView): boolean {
  const { from } = view.state.selection.main;
  return PERSIAN_LETTER.test(view.state.sliceDoc(Math.max(0, from - 1), from));
}

const THEME = EditorView.theme({
  '&': { height: '100%', fontSize: '15px', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'inherit', lineHeight: '1.9', overflow: 'auto' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--ink)' },
  // A paragraph has the direction of its own first letters, and stands at that side.
  '.cm-line': { padding: '0 12px', textAlign: 'start' },
  '.cm-placeholder': { color: 'var(--muted)' },
  '.cm-said': { textDecoration: 'underline dotted var(--accent)', textDecorationThickness: '2px', textUnderlineOffset: '5px' },
  '.cm-said-lexicon': { textDecorationColor: 'var(--good)' },
  // One word in five has an ezafe: it is shown, and does not shout.
  '.cm-said-ezafe': { textDecorationColor: 'var(--muted)', textDecorationThickness: '1px' },
  '.cm-said-readings': { textDecorationStyle: 'dashed', textDecorationThickness: '1px' },
  '.cm-said-silent': { textDecorationColor: 'var(--warn)' },
  '.cm-markup': { unicodeBidi: 'isolate', color: 'var(--muted)', fontSize: '13px' },
  '.cm-fault': { textDecoration: 'underline wavy var(--bad)', textUnderlineOffset: '5px' },
  '.cm-border': { unicodeBidi: 'isolate', whiteSpace: 'nowrap', fontSize: '12px', color: 'var(--muted)', marginInline: '4px', paddingInline: '4px', borderInlineEnd: '2px solid var(--line)', userSelect: 'none', fontVariantNumeric: 'tabular-nums' },
  '.cm-hidden': { unicodeBidi: 'isolate', color: 'var(--accent)', fontSize: '12px', userSelect: 'none' },
  '.cm-tooltip': { backgroundColor: 'transparent', border: 'none' },
});
