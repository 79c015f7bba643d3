/** How lines look: each in the direction of its own words, and characters that cannot be seen, on demand. */
import { RangeSetBuilder, type Extension } from '@codemirror/state';
import { Decoration, EditorView, MatchDecorator, ViewPlugin, WidgetType, type DecorationSet, type ViewUpdate } from '@codemirror/view';

/** `dir=auto` sets the computed direction, which the editor's own cursor movement reads; a line without letters is like the page. */
const ownDirection = Decoration.line({ attributes: { dir: 'auto' } });
const HAS_LETTER = /\p{L}/u;

export const lineDirections: Extension = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = directionsIn(view);
    }
    update({ docChanged, viewportChanged, view }: ViewUpdate): void {
      if (docChanged || viewportChanged) this.decorations = directionsIn(view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

function directionsIn(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = view.state.doc.lineAt(at);
      if (HAS_LETTER.test(line.text)) builder.add(line.from, line.from, ownDirection);
      at = line.to + 1;
    }
  }
  return builder.finish();
}

export type HiddenWords = Record<'zwnj' | 'zwj' | 'mark' | 'nbsp' | 'shy' | 'other', string>;

const HIDDEN = /[\u00a0\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
const SIGN: Record<string, [sign: string, name: keyof HiddenWords]> = { '\u200c': ['¦', 'zwnj'], '\u200d': ['+', 'zwj'], '\u00a0': ['⍽', 'nbsp'], '\u00ad': ['-', 'shy'], '\u200e': ['⇥', 'mark'], '\u200f': ['⇤', 'mark'], '\u061c': ['⇤', 'mark'] };

class HiddenMark extends WidgetType {
  readonly #character: string;
  readonly #words: HiddenWords;

  constructor(character: string, words: HiddenWords) {
    super();
    this.#character = character;
    this.#words = words;
  }

  override eq(other: HiddenMark): boolean {
    return other.#character === this.#character && other.#words === this.#words;
  }

  toDOM(): HTMLElement {
    const [sign, name] = SIGN[this.#character] ?? ['•', 'other'];
    const element = document.createElement('span');
    element.className = 'cm-hidden';
    element.textContent = sign;
    element.title = `${this.#words[name]} (U+${this.#character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')})`;
    return element;
  }
}

export function hiddenMarks(words: HiddenWords): Extension {
  const matcher = new MatchDecorator({ regexp: HIDDEN, decoration: ([character]) => Decoration.replace({ widget: new HiddenMark(character, words) }) });
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;
      constructor(view: EditorView) {
        this.decorations = matcher.createDeco(view);
      }
      update(update: ViewUpdate): void {
        this.decorations = matcher.updateDeco(update, this.decorations);
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
}
