/** Are Persian words read right? The most frequent ones by themselves, and homographs in sentences, by eSpeak alone and with the starter lexicon. */
import { openEspeak } from '../../../src/engine/voice/espeak.ts';
import { starterEntries } from '../../../src/engine/voice/lexicon/starter.ts';
import { homographCases, rightHomographs, rightWords, wordCases } from '../../engine/voice/readingScore.ts';
import { figure, percent } from '../campaign.ts';
import type { VoicesPart } from './part.ts';

export const readings: VoicesPart = {
  title: 'Persian words',
  about: `\`test/engine/voice/cases/words.tsv\` has frequent words with the readings that are right, \`homographs.tsv\` sentences in which one word tells how another is read. What is compared is what eSpeak
says it says, sound by sound. Words and sentences were written by whoever wrote the starter lexicon, the sentences to show what its words beside are for.`,
  async run(log) {
    const espeak = await openEspeak();
    const words = wordCases();
    const sentences = homographCases();
    const share = (right: readonly boolean[]) => right.filter(Boolean).length / right.length;
    const of = (entries: ReturnType<typeof starterEntries>) => [rightWords(espeak, words, entries), rightHomographs(espeak, sentences, entries)] as const;
    const [before, after] = [of([]), of(starterEntries())];
    const wrong = words.filter((_, i) => !after[0][i]).map(({ word }) => word);
    log(`words ${percent(share(before[0]))} → ${percent(share(after[0]))}, homographs ${percent(share(before[1]))} → ${percent(share(after[1]))}`);
    return {
      figures: [
        figure('Read right: eSpeak alone, with the starter lexicon', `${words.length} frequent words`, `${percent(share(before[0]))}, ${percent(share(after[0]))}`, 'not less', share(after[0]) >= share(before[0])),
        figure('Read right before, wrong after', 'the same words', String(before[0].filter((right, i) => right && !after[0][i]).length), '0', before[0].every((right, i) => !right || after[0][i])),
        figure('Read right: eSpeak alone, with the starter lexicon', `${sentences.length} sentences with homographs`, `${percent(share(before[1]))}, ${percent(share(after[1]))}`, 'not less', share(after[1]) >= share(before[1])),
        figure('Entries of the starter lexicon', 'by itself, by a word beside', `${starterEntries().filter(({ before: b, after: a }) => !b && !a).length}, ${starterEntries().filter(({ before: b, after: a }) => b ?? a).length}`),
      ],
      below: wrong.length === 0 ? '' : `Still read otherwise than the table says: ${wrong.join('، ')}.`,
    };
  },
};
