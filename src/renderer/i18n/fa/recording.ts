import type { Words } from '../words.ts';
import type { recording as english } from '../en/recording.ts';

export const recording: Words<typeof english> = {
  listening: 'در حال شنیدن صدای ضبط‌شده…', title: 'چه بر سر آن می‌آید', undo: 'همان‌گونه که ضبط شده', undoHint: 'چیزی بریده، آرام یا بلندتر نمی‌شود',
  cutBoth: 'سکوت بریده شد: {{start}} از آغاز، {{end}} از پایان', cutStart: 'سکوت بریده شد: {{start}} از آغاز', cutEnd: 'سکوت بریده شد: {{end}} از پایان', cutNone: 'سکوتی برای بریدن نبود',
  // As one run from left to right: Latin letters and minus signs would turn the arrow.
  loudness: 'بلندی صدا: \u2066{{before}} → {{after}} LUFS\u2069', loudnessKept: 'بلندی صدا: \u2066{{before}} LUFS\u2069', loudnessShort: 'بلندی صدا: کوتاه‌تر از آن است که سنجیده شود، پس همان می‌ماند',
  noise: { lowered: 'نویز میان واژه‌ها آرام می‌شود', quiet: 'مکث‌هایش آرام است', unclear: 'مکث روشنی ندارد: به نویز دست زده نمی‌شود', kept: 'همان‌گونه که هست، با نویز و سکوتش' },
  transcript: 'آنچه در آن گفته می‌شود (دلخواه)', transcriptHint: 'برای زیرنویس. زمان هر واژه برآوردی است.',
};
