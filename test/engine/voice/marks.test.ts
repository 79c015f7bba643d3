/** Marks of speech in a text: what each makes of it, what is refused and where, and that nothing of the script is lost or moved. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { planSpeech, TAIL_SEC, type PlannedSegment } from '../../../src/engine/pipeline/speechPlan.ts';
import { subtitleCues } from '../../../src/engine/pipeline/subtitles.ts';
import { turnsOf } from '../../../src/engine/voice/delivery.ts';
import { shares, utterances } from '../../../src/engine/voice/normalise/utterances.ts';
import { spokenChanges } from '../../../src/engine/voice/spokenChanges.ts';
import { markedOf } from '../../../src/engine/voice/ssml/ssml.ts';
import { openVoices, type Voices } from '../../../src/engine/voice/voices.ts';
import { markFault, type MarkFault } from '../../../src/shared/contract/voice.ts';
import { StudioError } from '../../../src/shared/errors.ts';
import { shownText, withoutMarks } from '../../../src/shared/marks.ts';

const planned = (script: string): PlannedSegment[] => planSpeech({ script, rate: 1, pitch: 1 });
const turns = (script: string) => planned(script).flatMap(({ text, marked }) => turnsOf(text, { marked }));
/** What voices are given, a bar where they are given it apart. */
const said = (script: string): string => turns(script).map(({ run }) => run.text).join(' | ');

describe('what is said', () => {
  test.each([
    // The root, and what stands outside of its children.
    ['<speak>Hello world.</speak>', 'Hello world.'],
    ['  \n<speak version="1.1" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en-US">Hello.</speak>\n', 'Hello.'],
    ['<speak>سلام! خوبی؟</speak>', 'سلام! | خوبی؟'],
    ['<speak>&#1587;لا&#x645;!</speak>', 'سلام!'],
    // Silence parts what is said; the first part is read as going on.
    ['<speak>One <break time="500ms"/> two.</speak>', 'One, | two.'],
    ['<speak>یک <break strength="weak"/> دو.</speak>', 'یک، | دو.'],
    // A manner parts it, too, and is read to the end of its sentence.
    ['<speak>I am <prosody rate="slow">very</prosody> happy.</speak>', 'I am, | very, | happy.'],
    ['<speak>Is it <emphasis>you</emphasis>?</speak>', 'Is it, | you?'],
    ['<speak>آیا <emphasis level="strong">تو</emphasis>؟</speak>', 'آیا، | تو؟'],
    ['<speak><prosody pitch="+2st">One. Two.</prosody> Three.</speak>', 'One. | Two. | Three.'],
    // What stands for something else is said in its place, in one breath.
    ['<speak>The <sub alias="World Wide Web">WWW</sub> is old.</speak>', 'The World Wide Web is old.'],
    ['<speak><sub alias="سازمان ملل متحد">س.م.م</sub> اعلام کرد.</speak>', 'سازمان ملل متحد اعلام کرد.'],
    ['<speak>I <sub alias="love">❤</sub> you.</speak>', 'I love you.'],
    ['<speak>A <phoneme alphabet="ipa" ph="təˈmɑːtoʊ">tomato</phoneme> here.</speak>', "A [[t@m'A:toU]] here."],
    ['<speak>این <phoneme ph="kerm">کرم</phoneme> است.</speak>', 'این [[kerm]] است.'],
    // Readings.
    ['<speak>It was <say-as interpret-as="cardinal">1984</say-as> then.</speak>', 'It was one thousand nine hundred eighty-four then.'],
    ['<speak>بشمار: <say-as interpret-as="number">۱٬۹۸۴</say-as>.</speak>', 'بشمار، هزارُ نهصدُ هشتادُ چهار.'],
    ['<speak>The <say-as interpret-as="ordinal">21</say-as> day.</speak>', 'The twenty-first day.'],
    ['<speak>بشمار: <say-as interpret-as="ordinal">21</say-as>.</speak>', 'بشمار، بیستُ یکم.'],
    ['<speak>Spell <say-as interpret-as="characters">NASA</say-as> now.</speak>', 'Spell en eigh ess eigh now.'],
    ['<speak>بنویس <say-as interpret-as="spell-out">آب</say-as> را.</speak>', 'بنویس آ بِ را.'],
    ['<speak>Room <say-as interpret-as="digits">0042</say-as>.</speak>', 'Room zero zero four two.'],
    ['<speak>On <say-as interpret-as="date">2024-08-02</say-as>.</speak>', 'On August second twenty twenty-four.'],
    ['<speak>On <say-as interpret-as="date" format="dmy">02/08/2024</say-as>.</speak>', 'On August second twenty twenty-four.'],
    ['<speak>تاریخ: <say-as interpret-as="date">1403/05/12</say-as>.</speak>', 'تاریخ، دوازدهم مرداد هزارُ چهارصدُ سه.'],
    ['<speak>At <say-as interpret-as="time">12:30</say-as>.</speak>', 'At twelve thirty.'],
    ['<speak>اکنون: <say-as interpret-as="time">۸:۰۵</say-as>.</speak>', 'اکنون، هشتُ پنج دقیقه.'],
    ['<speak>Call <say-as interpret-as="telephone">+98 21 4000</say-as>.</speak>', 'Call plus nine eight two one four zero zero zero.'],
    // The language that a stretch is read in.
    ['<speak>سال <lang xml:lang="en">2024</lang> بود.</speak>', 'سال، | twenty twenty-four, | بود.'],
    ['<speak xml:lang="fa">12.</speak>', 'دوازده.'],
  ])('%s', (script, spoken) => {
    expect(said(script)).toBe(spoken);
  });

  test.each(['AT&T & Tom say 4 > 3.', 'R&D, “Q&A”', 'من & تو'])('entities are read as the characters that they are: %s', (literal) => {
    expect(said(`<speak>${literal.replaceAll('&', '&amp;')}</speak>`)).toBe(said(literal));
  });

  test.each(['Hello <break time="1s"/> world.', 'می‌گوید <speak>سلام</speak>.', 'x<speak>', '&amp; < >', '< speak>one</speak>'])('a text that does not begin so is literal: %s', (script) => {
    expect(markedOf(script)).toBeNull();
    expect(said(script)).toBe(planned(script).flatMap(({ text }) => utterances(text)).map(({ text }) => text).join(' | '));
    expect(shownText(script)).toBe(script);
  });

  it('rate and pitch are factors, those inside of others multiplied, and never beyond what voices can', () => {
    const manner = (inside: string) => turns(`<speak>a ${inside} b</speak>`).map(({ rate, pitch }) => [Number(rate.toFixed(3)), Number(pitch.toFixed(3))])[1];
    expect(manner('<prosody rate="80%">x</prosody>')).toEqual([0.8, 1]);
    expect(manner('<prosody rate="+25%" pitch="-10%">x</prosody>')).toEqual([1.25, 0.9]);
    expect(manner('<prosody rate="x-fast" pitch="x-low">x</prosody>')).toEqual([1.75, 0.6]);
    expect(manner('<prosody pitch="+12st">x</prosody>')).toEqual([1, 2]);
    expect(manner('<prosody rate="fast"><prosody rate="fast">x</prosody></prosody>')).toEqual([1.563, 1]);
    expect(manner('<prosody rate="x-fast"><prosody rate="x-fast">x</prosody></prosody>')).toEqual([2, 1]);
    expect(manner('<emphasis level="none">x</emphasis>')).toBeUndefined(); // nothing to part
    const slow = planSpeech({ script: '<speak>a <prosody rate="x-slow">x</prosody></speak>', rate: 0.6, pitch: 1 })[0];
    expect(turnsOf(slow.text, { rate: 0.6, marked: slow.marked }).map(({ rate }) => rate)).toEqual([0.6, 0.5]);
  });

  it('silence is as long as the mark says, between sentences instead of the usual, and bounded', () => {
    const pauses = (script: string) => planned(script).map(({ pauseSec }) => pauseSec);
    expect(pauses('<speak>One. <break time="2s"/>Two.</speak>')).toEqual([2, TAIL_SEC]);
    expect(pauses('<speak>One. <break time="1s"/><break time="1.5s"/> Two.</speak>')).toEqual([2.5, TAIL_SEC]);
    expect(pauses('<speak>One. <break strength="none"/>Two. <break strength="x-strong"/>Three.<break time="3000ms"/></speak>')).toEqual([0, 0.6, 3]);
    expect(turns('<speak>One <break/> two</speak>').map(({ gapSec }) => gapSec)).toEqual([0, 0.35]);
    const [first] = turns('<speak><break time="700ms"/>One</speak>');
    expect([first.gapSec, first.isGapMarked]).toEqual([0.7, true]);
    expect(faultOf('<speak>a<break time="10.5s"/></speak>')).toMatchObject({ fault: 'value', found: 'time="10.5s"' });
    expect(planSpeech({ script: '<speak>One. <break strength="weak"/>Two.</speak>', rate: 2, pitch: 1, pauses: { semicolon: 400 } })[0].pauseSec).toBeCloseTo(0.2);
  });

  it('a manner over several sentences is that of each, and each sentence has its own language’s voice', () => {
    const script = '<speak>One. <prosody rate="slow">Two. سه. </prosody><lang xml:lang="fa">4! </lang>Five.</speak>';
    const segments = planned(script);
    expect(segments.map(({ voice }) => voice)).toEqual(['en', 'en', 'fa', 'fa', 'en']);
    expect(segments.map(({ text, marked }) => turnsOf(text, { marked }).map(({ rate }) => rate))).toEqual([[1], [0.75], [0.75], [1], [1]]);
    const long = 'The rain comes down on the old grey roof of the house by the river, and nobody knows when it will stop. ';
    expect(planned(`<speak><prosody rate="50%">${long}</prosody></speak>`).length).toBeGreaterThan(planned(`<speak>${long}</speak>`).length);
    expect(planSpeech({ script, rate: 1, pitch: 1, voice: 'espeak-en-gb' }).map(({ voice }) => voice)).toEqual(segments.map(() => 'espeak-en-gb'));
  });

  it('the lens tells what stands for what, without markup', () => {
    const [{ text, marked }] = planned('<speak>The <sub alias="World Wide Web">WW&#87;</sub> has 3 <emphasis>pages</emphasis>.</speak>');
    const changes = spokenChanges(text, [], marked);
    expect(changes.map(({ written, spoken, reason }) => [written, spoken, reason])).toEqual([['WWW', 'World Wide Web', 'mark'], ['3', 'three', 'number']]);
    for (const { start, end, written } of changes) expect(withoutMarks(text.slice(start, end))).toBe(written);
  });
});

/** @returns what is wrong with the marks; null: nothing */
function faultOf(script: string): MarkFault | null {
  try {
    markedOf(script);
    return null;
  } catch (error) {
    if (!(error instanceof StudioError)) throw error;
    expect(error.code).toBe('invalid-input');
    const fault = markFault.parse(error.details);
    expect(error.message).toContain(`Line ${fault.line}, column ${fault.column} `);
    return fault;
  }
}

describe('what is refused, with its place', () => {
  test.each([
    ['<speak>Hello', 'syntax', 1, 12],
    ['<speak>\nHello <b>you</b>\n</speak>', 'element', 2, 7],
    ['<speaker>Hello</speaker>', 'element', 1, 1],
    ['<speak>a <prosody rate="slow">b</speak>', 'syntax', 1, 39],
    ['<speak>a & b</speak>', 'entity', 1, 10],
    ['<speak>a &nbsp; b</speak>', 'entity', 1, 10],
    ['<speak>a < b</speak>', 'syntax', 1, 11],
    ['<speak>a</speak> b', 'syntax', 1, 18],
    ['<speak>a <break time="1s" time="2s"/></speak>', 'syntax', 1, 37],
    ['<speak>a <!-- b --></speak>', 'unsupported', 1, 10],
    ['<speak>a <![CDATA[b]]></speak>', 'unsupported', 1, 10],
    ['<speak>a <?b c?></speak>', 'unsupported', 1, 10],
    ['<speak>a <speak>b</speak></speak>', 'nested', 1, 10],
    ['<speak>a <break>b</break></speak>', 'nested', 1, 17],
    ['<speak>a <sub alias="b"><emphasis>c</emphasis></sub></speak>', 'nested', 1, 25],
    ['<speak>a <prosody volume="loud">b</prosody></speak>', 'attribute', 1, 19],
    ['<speak>a <say-as interpret-as="time" format="hms12">1:00</say-as></speak>', 'value', 1, 38],
    ['<speak>a <say-as interpret-as="time" format="ymd">1:00</say-as></speak>', 'attribute', 1, 38],
    ['<speak>a <prosody>b</prosody></speak>', 'missing', 1, 10],
    ['<speak>a <sub>b</sub></speak>', 'missing', 1, 10],
    ['<speak>a <prosody rate="3">b</prosody></speak>', 'value', 1, 19],
    ['<speak>a <prosody rate="300%">b</prosody></speak>', 'value', 1, 19],
    ['<speak>a <prosody pitch="120Hz">b</prosody></speak>', 'value', 1, 19],
    ['<speak>a <break time="soon"/></speak>', 'value', 1, 17],
    ['<speak>a <break strength="huge"/></speak>', 'value', 1, 17],
    ['<speak>a <lang xml:lang="de">b</lang></speak>', 'value', 1, 16],
    ['<speak>a <say-as interpret-as="money">5</say-as></speak>', 'value', 1, 18],
    ['<speak>a <phoneme alphabet="x-sampa" ph="b">b</phoneme></speak>', 'value', 1, 19],
    ['<speak>a <sub alias="☺">b</sub></speak>', 'unspeakable', 1, 15],
    ['<speak>a <sub alias="b"> </sub></speak>', 'empty', 1, 10],
    ['<speak>a <say-as interpret-as="cardinal"> many </say-as></speak>', 'content', 1, 43],
    ['<speak>a <say-as interpret-as="date">2024-13-01</say-as></speak>', 'content', 1, 38],
    ['<speak>a <say-as interpret-as="date">1/2/2024</say-as></speak>', 'content', 1, 38],
    ['<speak>a <phoneme ph="ʘ">b</phoneme></speak>', 'sounds', 1, 19],
  ] as const)('%j', (script, fault, line, column) => {
    expect(faultOf(script)).toMatchObject({ fault, line, column });
  });

  it('a text of the greatest length is read or refused in no time', () => {
    const started = process.cpuUsage();
    const inside = 'سلام <emphasis>دنیا</emphasis> <sub alias="a">b</sub>. '.repeat(1800);
    expect(faultOf(`<speak>${inside}</speak>`)).toBeNull();
    for (const unit of ['<speak>', '<', '&', '"', '<!--', '<a "']) expect(faultOf(`<speak>${unit.repeat(99_000 / unit.length)}`)).not.toBeNull();
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(3000);
  });
});

const piece = fc.constantFrom(
  'Hello', 'سلام', 'می‌روم', ' ', '. ', '؟ ', '\n', '3.5', '۱۲', '😀', '&amp;', '&#1587;', '&bad;', '<', '>', '"', '<break time="1s"/>', '<break/>', '<prosody rate="slow">', '<prosody pitch="+2st" rate="90%">', '</prosody>',
  '<emphasis>', '</emphasis>', '<sub alias="World Health Organization">', '</sub>', '<lang xml:lang="fa">', '</lang>', '<say-as interpret-as="characters">', '</say-as>', '<phoneme ph="kerm">', '</phoneme>', '</speak>', '<!-- x -->', '<b>',
);
const written = fc.oneof(fc.array(piece, { maxLength: 25 }).map((parts) => parts.join('')), fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 60 }));
/** Mostly well-formed. */
const element: fc.Arbitrary<string> = fc.letrec<{ node: string; nodes: string }>((tie) => ({
  nodes: fc.array(tie('node'), { maxLength: 5 }).map((all) => all.join('')),
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('Hello world. ', 'سلام، خوبی؟ ', 'NASA ', 'x', '\n', '3.5 ', 'AT&amp;T ', '😀', '<break time="250ms"/>', '<sub alias="بیست">۲۰</sub>', '<say-as interpret-as="ordinal">3</say-as> ', '<phoneme ph="kerm">کرم</phoneme> '),
    tie('nodes').map((inside) => `<prosody rate="80%">${inside}</prosody>`),
    tie('nodes').map((inside) => `<emphasis>${inside}</emphasis>`),
    tie('nodes').map((inside) => `<lang\nxml:lang='fa-IR'>${inside}</lang >`),
  ),
})).nodes.map((inside) => `<speak>${inside}</speak>`);

describe('whatever is written', () => {
  it('a text that begins so is read whole, or refused with a place inside of it', () => {
    fc.assert(fc.property(written, fc.constantFrom('<speak>', '<speak', '\n <speak>', '<speaker>'), fc.boolean(), (text, start, isClosed) => {
      const script = start + text + (isClosed ? '</speak>' : '');
      const fault = faultOf(script);
      if (!fault) return;
      const lines = script.split(/\r\n?|\n/);
      expect(fault.line).toBeLessThanOrEqual(lines.length);
      expect(fault.column).toBeLessThanOrEqual(Math.max(1, lines[fault.line - 1].length + 1));
      expect(fault.start).toBeLessThan(fault.end);
      expect(fault.end).toBeLessThanOrEqual(script.length);
    }), { numRuns: 300 });
  });

  it('joined, the segments are the script; none is cut inside of a tag, and words are never markup', () => {
    fc.assert(fc.property(element, fc.array(fc.nat(), { maxLength: 3 }), (script, cuts) => {
      const at = [...new Set(cuts.map((cut) => cut % script.length))].sort((a, b) => a - b);
      const pieces = [...at, script.length].map((end, i) => ({ text: script.slice(at[i - 1] ?? 0, end) }));
      for (const plan of [planned(script), planSpeech({ segments: pieces, rate: 1, pitch: 1 })]) {
        if (plan.length === 0) continue;
        expect(plan.map(({ text }) => text).join('')).toBe(script);
        for (const { text, marked } of plan) {
          expect(marked!.plain).toHaveLength(text.length);
          expect(text.replace(/<[^<>]*>/g, '')).not.toMatch(/[<>]/);
          for (const { run } of turnsOf(text, { marked })) {
            expect(shares(run).join('')).toBe(run.text);
            for (const { start, end } of run.words) expect(text.slice(start, end)).not.toMatch(/[<>]/);
          }
        }
      }
    }), { numRuns: 200 });
  });
});

describe('with real voices', () => {
  let voices: Voices;
  beforeAll(async () => {
    voices = await openVoices();
  });
  afterAll(() => voices.close());
  const speak = async (script: string, voice = 'en') => {
    const [{ text, marked }] = planned(script);
    return { text, ...(await voices.speak(text, { voice, marked })) };
  };
  const seconds = ({ pcm, sampleRate }: { pcm: Float32Array; sampleRate: number }) => pcm.length / sampleRate;

  it('words have their times and places, and subtitles show them without markup', async () => {
    const script = '<speak>Hello <prosody rate="slow">dear &amp; old</prosody> friend, the <sub alias="United Nations">UN</sub> <break time="400ms"/>is here.</speak>';
    const { text, words, phonemes, ...sound } = await speak(script);
    expect(words.map(({ text: word }) => word)).toEqual(['Hello', 'dear', '&', 'old', 'friend', 'the', 'UN', 'is', 'here']);
    for (const word of words) expect(withoutMarks(text.slice(word.start, word.end))).toBe(word.text);
    words.forEach((word, i) => {
      expect(word.endSec).toBeGreaterThan(word.startSec);
      expect(word.startSec).toBeGreaterThanOrEqual((words[i - 1]?.endSec ?? 0) - 1e-6);
    });
    expect(words[7].startSec - words[6].endSec).toBeGreaterThan(0.35);
    phonemes.forEach((phoneme, i) => expect(phoneme.startSec).toBeCloseTo(phonemes[i - 1]?.endSec ?? 0, 6));
    expect(phonemes.at(-1)!.endSec).toBeCloseTo(seconds(sound), 3);
    const cues = subtitleCues([{ text: withoutMarks(text), words }], seconds(sound));
    expect(cues.flatMap(({ lines }) => lines).join(' ')).toBe('Hello dear & old friend, the UN is here.');
  });

  it('slow is longer, silence is as long as it says, and a sub sounds like its alias', async () => {
    const [plain, slow, waiting] = [await speak('<speak>a good day to you</speak>'), await speak('<speak><prosody rate="x-slow">a good day to you</prosody></speak>'), await speak('<speak><break time="1s"/>a good day to you</speak>')];
    expect(seconds(slow) / seconds(plain)).toBeGreaterThan(1.6);
    expect(seconds(waiting) - seconds(plain)).toBeCloseTo(1, 2);
    expect(Math.max(...waiting.pcm.subarray(0, Math.round(0.99 * waiting.sampleRate)).map(Math.abs))).toBeLessThan(0.01);
    const symbols = ({ phonemes }: { phonemes: { symbol: string }[] }) => phonemes.map(({ symbol }) => symbol).join('');
    expect(symbols(await speak('<speak>the <sub alias="cat">dog</sub></speak>'))).toBe(symbols(await speak('<speak>the cat</speak>')));
  });

  it('letters are said by their names, in English and in a Persian sentence', async () => {
    const letters = '<say-as interpret-as="characters">ABCDEFGHIJKLMNOPQRSTUVWXYZ3</say-as>';
    const names = 'eɪ biː siː diː iː ɛf dʒiː eɪtʃ aɪ dʒeɪ keɪ ɛl ɛm ɛn oʊ piː kjuː ɑːɹ ɛs tiː juː viː dʌbəljuː ɛks waɪ ziː'.replaceAll(' ', '');
    const symbols = ({ phonemes }: { phonemes: { symbol: string }[] }) => phonemes.map(({ symbol }) => symbol).join('');
    expect(symbols(await speak(`<speak>${letters}</speak>`, 'espeak-en-us'))).toBe(`${names}θɹiː`);
    expect(symbols(await speak('<speak>لطفاً این را بنویس <say-as interpret-as="characters">W3C</say-as></speak>', 'fa'))).toMatch(/benevisdʌbəljuːθɹiːsiː$/);
  });
});
