/**
 * Measures how loud each eSpeak voice is, and prints the gain that brings it to −16 LUFS: the constants of
 * src/engine/voice/catalogue.ts. Each voice says a paragraph of its own language; EBU R 128, integrated.
 *
 *   node models/make/calibrateVoices.ts
 */
import { applyGain } from '../../src/engine/media/limiter.ts';
import { measureLoudness, TARGET_LUFS } from '../../src/engine/media/loudness.ts';
import { split } from '../../src/engine/pipeline/script.ts';
import { ESPEAK_VOICES } from '../../src/engine/voice/catalogue.ts';
import { ESPEAK_SAMPLE_RATE, openEspeak } from '../../src/engine/voice/espeak.ts';
import { utterances } from '../../src/engine/voice/normalise/utterances.ts';

const PARAGRAPH = {
  fa: 'سلام و خوش آمدید. امروز می‌خواهیم درباره‌ی آب و هوای شهرهای ایران صحبت کنیم. تهران در تابستان گرم و خشک است، اما شمال کشور همیشه سبز و مرطوب می‌ماند. آیا می‌دانستید که در یک روز می‌توان هم اسکی کرد و هم شنا؟ پژوهشگران می‌گویند دمای هوا در پنجاه سال گذشته حدود دو درجه بیشتر شده است. با ما همراه باشید تا در چند دقیقه، همه چیز را ساده و روشن توضیح دهیم.',
  en: 'Hello and welcome. Today we would like to talk about the weather in the cities of our country. The capital is hot and dry in summer, but the north stays green and damp all year. Did you know that you can ski and swim on the very same day? Researchers say that the air has become about two degrees warmer over the past fifty years. Stay with us, and in a few minutes we will explain everything simply and clearly.',
};

const espeak = await openEspeak();
for (const voice of ESPEAK_VOICES) {
  const utterancesOfVoice = split(PARAGRAPH[voice.lang]).flatMap(({ text }) => utterances(text)).map((each) => espeak.say(each.text, voice.espeak[each.lang], 1, 1).pcm);
  const loudnessWith = async (gain: number) => {
    const sound = Float32Array.from(utterancesOfVoice.flatMap((pcm) => Array.from(applyGain(Float32Array.from(pcm, (sample) => sample / 32768), gain, ESPEAK_SAMPLE_RATE))));
    return measureLoudness(sound, ESPEAK_SAMPLE_RATE);
  };
  // The limiter takes back a little of each step, so a few rounds are needed.
  let gain = 1;
  for (let round = 0; round < 5; round++) {
    const { integratedLufs } = await loudnessWith(gain);
    if (integratedLufs === null) throw new Error(`${voice.id} is silent.`);
    gain *= 10 ** ((TARGET_LUFS - integratedLufs) / 20);
  }
  const result = await loudnessWith(Number(gain.toFixed(2)));
  console.log(`${voice.id.padEnd(22)} gain ${gain.toFixed(2)}: ${result.integratedLufs?.toFixed(2) ?? '–'} LUFS, true peak ${result.truePeakDbtp?.toFixed(1) ?? '–'} dBTP`);
}
