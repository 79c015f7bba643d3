/**
 * The plan drawn into the script: where sentences end and how long each takes, and which words are said otherwise than they are written.
 * While a new plan is awaited the old one moves along with the text.
 */
import { Facet, RangeSetBuilder, StateEffect, StateField, type EditorState, type Extension } from '@codemirror/state';
import { Decoration, EditorView, hoverTooltip, WidgetType, type DecorationSet } from '@codemirror/view';
import type { ScriptPlan, SpokenChange } from '../../../../shared/contract/voice.ts';

export interface LensWords {
  said: string;
  unsaid: string;
  otherwise: string;
  /** By the change's reason. */
  reasons: Record<string, string>;
  /** Of a sentence: its estimated length, and its own voice where it has one. */
  border: (segment: ScriptPlan['segments'][number]) => string;
}

export const lensWords = Facet.define<LensWords, LensWords | null>({ combine: ([first]) => first ?? null });
export const setPlan = StateEffect.define<ScriptPlan | null>();

interface Drawn {
  borders: DecorationSet;
  /** Each holds its change. */
  changes: DecorationSet;
}

/** Reasons that are drawn in a way of their own. */
const KINDS = new Set(['lexicon', 'silent', 'ezafe', 'readings']);
const EMPTY: Drawn = { borders: Decoration.none, changes: Decoration.none };

const drawnField = StateField.define<Drawn>({
  create: () => EMPTY,
  update({ borders, changes }, transaction) {
    let drawn: Drawn = transaction.docChanged ? { borders: borders.map(transaction.changes), changes: changes.map(transaction.changes) } : { borders, changes };
    for (const effect of transaction.effects) if (effect.is(setPlan)) drawn = effect.value ? draw(effect.value, transaction.state) : EMPTY;
    return drawn;
  },
  provide: (field) => [EditorView.decorations.from(field, ({ borders }) => borders), EditorView.decorations.from(field, ({ changes }) => changes)],
});

class Border extends WidgetType {
  readonly #text: string;

  constructor(text: string) {
    super();
    this.#text = text;
  }

  override eq(other: Border): boolean {
    return other.#text === this.#text;
  }

  toDOM(): HTMLElement {
    const element = document.createElement('span');
    element.className = 'cm-border';
    element.ariaHidden = 'true';
    const words = document.createElement('span');
    words.dir = document.documentElement.dir; // the page's, not the paragraph's: it is the page that speaks
    words.textContent = this.#text;
    element.append(words);
    return element;
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

function draw({ segments }: ScriptPlan, state: EditorState): Drawn {
  const words = state.facet(lensWords);
  const borders = new RangeSetBuilder<Decoration>();
  const changes = new RangeSetBuilder<Decoration>();
  const { length } = state.doc;
  for (const segment of segments) {
    if (segment.end > length) break; // of a text that is gone
    const end = segment.start + segment.text.trimEnd().length;
    if (words && segment.estimateSec > 0) borders.add(end, end, Decoration.widget({ widget: new Border(words.border(segment)), side: 1 }));
    for (const change of segment.changes) {
      // Which reading is meant matters more than its ezafe.
      const reason = change.reason === 'ezafe' && change.readings ? 'readings' : change.reason;
      const kind = KINDS.has(reason) ? ` cm-said-${reason}` : '';
      changes.add(segment.start + change.start, segment.start + change.end, Decoration.mark({ class: `cm-said${kind}`, change }));
    }
  }
  return { borders: borders.finish(), changes: changes.finish() };
}

export interface ChangeAt {
  from: number;
  to: number;
  change: SpokenChange;
}

/** The word there that is said otherwise; null: it is said as it is written. */
export function changeAt(state: EditorState, at: number): ChangeAt | null {
  let found: ChangeAt | null = null;
  state.field(drawnField).changes.between(at, at, (from, to, { spec }) => {
    found = { from, to, change: (spec as { change: SpokenChange }).change };
    return false;
  });
  return found;
}

function button(text: string, act: () => void): HTMLElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.dir = 'auto';
  element.className = 'min-h-7 rounded border border-line px-2 hover:border-muted';
  element.textContent = text;
  element.addEventListener('click', act);
  return element;
}

/** On hover; on focus the line below the editor says the same of the word at the cursor. */
const hover = (onSayOtherwise: (from: number, to: number) => void) =>
  hoverTooltip((view, at) => {
    const found = changeAt(view.state, at);
    const words = view.state.facet(lensWords);
    if (!found || !words) return null;
    const { from, to, change } = found;
    return {
      pos: from,
      end: to,
      above: true,
      create() {
        const dom = document.createElement('div');
        dom.className = 'flex max-w-96 flex-col items-start gap-1 rounded border border-line bg-raised p-2 font-sans text-xs leading-normal text-ink shadow-xl';
        const head = document.createElement('span');
        head.className = 'text-muted';
        head.textContent = [change.spoken === '' ? words.unsaid : words.said, words.reasons[change.reason]].filter(Boolean).join(' · ');
        dom.append(head);
        if (change.spoken !== '') {
          const said = document.createElement('span');
          said.dir = 'auto';
          said.className = 'text-sm';
          said.textContent = change.spoken;
          dom.append(said);
        }
        for (const { say, note } of change.readings ?? []) dom.append(button(`${say} (${note})`, () => view.dispatch({ changes: { from, to, insert: say }, userEvent: 'input' })));
        dom.append(button(words.otherwise, () => onSayOtherwise(from, to)));
        return { dom };
      },
    };
  });

export const lens = (onSayOtherwise: (from: number, to: number) => void): Extension => [drawnField, hover(onSayOtherwise)];
