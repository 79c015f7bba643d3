/** Is the ezafe said that nobody writes? Sentences whose every ezafe is marked, as they are written, through the step that adds it and through eSpeak. */
import { openEspeak, type Espeak } from '../../../src/engine/voice/espeak.ts';
import { ezafeMark } from '../../../src/engine/voice/normalise/faWords.ts';
import { ezafeScore, markedSentences, saidEzafes, type EzafeScore, type MarkedSentence } from '../../engine/voice/ezafeScore.ts';
import { heardWords } from '../../engine/voice/heard.ts';
import { figure, percent, type Figure } from '../campaign.ts';
import type { VoicesPart } from './part.ts';

const SETS = { tune: 'sentences that the rules were made on', held: 'held-out sentences' } as const;
/** What the held-out sentences are to reach. */
const TARGET_F1 = 0.9;

export const ezafe: VoicesPart = {
  title: 'Ezafe',
  about: `Sentences from \`test/engine/voice/cases/ezafe.tsv\` (news, teaching, advertising, narration, speech), every third of them held out: the tables and rules were made without looking at
what became of those. One author wrote sentences, tables and rules, so the figure says how the rules do on plain written Persian of that hand, not on any text. “Before” is what eSpeak says of the
words as they are written: an ezafe counts as said where the word sounds the same with the mark as without it (های, برای).`,
  async run(log) {
    const espeak = await openEspeak();
    const sentences = markedSentences();
    const unaided = saidUnaided(espeak, sentences);
    const figures: Figure[] = [];
    for (const [set, name] of Object.entries(SETS)) {
      const chosen = sentences.filter((sentence) => sentence.set === set);
      const before = ezafeScore(chosen, ({ words }) => words.map(({ written }) => unaided.has(written)));
      const after = ezafeScore(chosen, saidEzafes);
      const on = `${chosen.length} ${name}, ${after.words} words`;
      figures.push(figure('Before: precision, recall, F1; words right', on, shown(before)), set === 'held' ? figure('After: precision, recall, F1; words right', on, shown(after), `F1 ≥ ${TARGET_F1}`, after.f1 >= TARGET_F1) : figure('After: precision, recall, F1; words right', on, shown(after)));
      log(`${name}: ${shown(before)} → ${shown(after)}`);
      if (set === 'held') for (const kind of new Set(chosen.map((each) => each.kind))) figures.push(figure('… of these', kind, shown(ezafeScore(chosen.filter((each) => each.kind === kind), saidEzafes))));
    }
    const marked = [...new Set(sentences.flatMap(({ words }) => words.filter(({ ezafe: has }) => has).map(({ written }) => written + ezafeMark(written))))];
    const heard = eachHeard(espeak, marked).filter((sounds) => sounds.endsWith('e')).length;
    figures.push(figure('Words with the mark that eSpeak ends in an e', `${marked.length} different words`, percent(heard / marked.length), '100 %', heard === marked.length));
    return figures;
  },
};

const shown = ({ precision, recall, f1, accuracy }: EzafeScore): string => `${percent(precision)}, ${percent(recall)}, ${f1.toFixed(3)}; ${percent(accuracy)}`;

/** Words that sound the same with the mark as without it: their spelling writes the ezafe, and eSpeak reads it. */
function saidUnaided(espeak: Espeak, sentences: readonly MarkedSentence[]): Set<string> {
  const words = [...new Set(sentences.flatMap(({ words: all }) => all.filter(({ ezafe: has }) => has).map(({ written }) => written)))];
  const plain = eachHeard(espeak, words);
  const marked = eachHeard(espeak, words.map((word) => word + ezafeMark(word)));
  return new Set(words.filter((_, i) => plain[i] === marked[i]));
}

const eachHeard = (espeak: Espeak, words: readonly string[]): string[] => words.map((word) => heardWords(espeak, word).join(''));
