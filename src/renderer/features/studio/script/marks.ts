/** Marks of speech in the editor: markup is quiet and reads from left to right, and what is wrong with it is underlined at its place. */
import { Prec, RangeSetBuilder, StateEffect, StateField, type Extension } from '@codemirror/state';
import { Decoration, Direction, EditorView, ViewPlugin, type DecorationSet, type ViewUpdate } from '@codemirror/view';
import type { MarkFault } from '../../../../shared/contract/voice.ts';
import { isMarked, MARKUP } from '../../../../shared/marks.ts';

/** null: nothing is wrong. */
export const setFault = StateEffect.define<MarkFault | null>();

/** So far into a text its first tag is looked for. */
const MOST_SPACE = 1000;
const tag = Decoration.mark({ class: 'cm-markup', attributes: { dir: 'ltr' }, bidiIsolate: Direction.LTR });
const wrong = Decoration.mark({ class: 'cm-fault' });

const markup = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = tagsIn(view);
    }
    update({ docChanged, viewportChanged, view }: ViewUpdate): void {
      if (docChanged || viewportChanged) this.decorations = tagsIn(view);
    }
  },
  {
    decorations: (plugin) => plugin.decorations,
    provide: (plugin) => EditorView.bidiIsolatedRanges.of((view) => view.plugin(plugin)?.decorations ?? Decoration.none),
  },
);

function tagsIn(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const { doc } = view.state;
  if (!isMarked(doc.sliceString(0, MOST_SPACE))) return Decoration.none;
  for (const { from, to } of view.visibleRanges) {
    const start = doc.lineAt(from).from;
    for (const { 0: found, index } of doc.sliceString(start, doc.lineAt(to).to).matchAll(MARKUP)) builder.add(start + index, start + index + found.length, tag);
  }
  return builder.finish();
}

/** It moves along with the text until the studio says anew. */
const fault = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(before, transaction) {
    let drawn = before.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setFault)) continue;
      const { length } = transaction.state.doc;
      drawn = effect.value && effect.value.end <= length ? Decoration.set(wrong.range(effect.value.start, effect.value.end)) : Decoration.none;
    }
    return drawn;
  },
  provide: (field) => EditorView.decorations.from(field),
});

export const marks: Extension = [Prec.lowest(markup), fault];
