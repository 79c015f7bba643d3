/** A take's quality as one HTML page that needs nothing else: to save, to send, to print. */
import type { QaMeasure, QaReport, QaVerdict, ReviewMark } from '../../shared/contract/qa.ts';
import { QA_NAMES, QA_VERDICT_NAMES, qaClock, qaFigure, qaLimit, qaSentence, type QaLang } from '../../shared/qaWords.ts';

export interface ReportParts {
  report: QaReport;
  /** What the video is called. */
  title: string;
  /** Of a take: when it was made, by which model. */
  about: readonly string[];
  marks: readonly ReviewMark[];
  lang: QaLang;
  /** JPEGs of moments, by `pictureKey`. */
  pictures: ReadonlyMap<string, Uint8Array>;
  /** When the report was written. */
  at: Date;
}

/** At most so many moments are shown. */
const MOST_PICTURES = 16;

/** Moments worth a picture: where what is not good is worst, in the video and then in its segments. */
export function momentsOf(report: QaReport): { key: string; atSec: number }[] {
  const all = [...report.measures, ...report.segments.filter(({ verdict }) => verdict === 'poor' || verdict === 'fair').flatMap(({ measures }) => measures.filter(({ verdict }) => verdict !== 'good'))];
  const moments = new Map(all.flatMap((measure) => (measure.worst ? [[pictureKey(measure), (measure.worst.startSec + measure.worst.endSec) / 2] as const] : [])));
  return [...moments].slice(0, MOST_PICTURES).map(([key, atSec]) => ({ key, atSec }));
}

const pictureKey = ({ worst }: Pick<QaMeasure, 'worst'>): string => (worst ? ((worst.startSec + worst.endSec) / 2).toFixed(2) : '');

const WORDS = {
  en: {
    title: 'Lip-sync report', measure: 'Measure', verdict: 'Verdict', found: 'What was found', figure: 'Figure', limit: 'Good', worst: 'Worst moment', segments: 'Segments', text: 'Text', time: 'Time', reviewer: 'Reviewer',
    pass: 'passed', fail: 'failed', noMark: '–', whole: 'The whole video', curve: 'Mouth opening (line) over the sound’s loudness (grey)', made: 'Measured on the rendered frames by Sima Studio', nothing: 'Nothing to mind.', stretch: 'Stretch',
  },
  fa: {
    title: 'گزارش هم‌زمانی لب', measure: 'سنجه', verdict: 'نتیجه', found: 'آنچه دیده شد', figure: 'عدد', limit: 'خوب', worst: 'بدترین لحظه', segments: 'بخش‌ها', text: 'متن', time: 'زمان', reviewer: 'بازبین',
    pass: 'پذیرفته', fail: 'رد شده', noMark: '–', whole: 'کل ویدیو', curve: 'باز بودن دهان (خط) روی بلندی صدا (خاکستری)', made: 'سنجیده روی فریم‌های ساخته‌شده با استودیوی سیما', nothing: 'چیزی برای یادآوری نیست.', stretch: 'بازه',
  },
} as const;

export function reportHtml({ report, title, about, marks, lang, pictures, at }: ReportParts): string {
  const words = WORDS[lang];
  const date = new Intl.DateTimeFormat(lang === 'fa' ? 'fa-IR' : 'en-GB', { dateStyle: 'long', timeStyle: 'short' }).format(at);
  const ofTake = marks.find(({ segmentIndex }) => segmentIndex === null);
  return `<!doctype html>
<html lang="${lang}" dir="${lang === 'fa' ? 'rtl' : 'ltr'}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(`${words.title}: ${title}`)}</title>
<style>${STYLE}</style>
<main>
<header><h1>${escaped(words.title)}</h1>${badge(report.verdict, lang)}</header>
<p class="name" dir="auto">${escaped(title)}</p>
<p class="about">${[`${report.width}×${report.height}`, qaClock(lang, report.durationSec, true), ...about].map((each) => `<span dir="auto">${escaped(each)}</span>`).join(' · ')}</p>
${ofTake ? `<p class="mark"><strong>${words.reviewer}:</strong> ${markOf(ofTake, lang)}</p>` : ''}
<figure>${curveOf(report)}<figcaption>${escaped(words.curve)}</figcaption></figure>
<table>
<thead><tr><th>${words.measure}</th><th>${words.verdict}</th><th>${words.found}</th><th>${words.figure}</th><th>${words.limit}</th><th>${words.worst}</th></tr></thead>
<tbody>
${report.measures.map((measure) => `<tr><th scope="row">${escaped(QA_NAMES[lang][measure.name])}</th><td>${badge(measure.verdict, lang)}</td><td>${escaped(qaSentence(measure, lang))}</td><td class="number">${figureIn(measure, lang)}</td><td class="number">${escaped(qaLimit(measure.name, lang))}</td><td class="${measure.verdict === 'good' ? 'small' : ''}">${momentOf(measure, lang, pictures)}</td></tr>`).join('\n')}
</tbody>
</table>
<h2>${words.segments}</h2>
<table class="segments">
<thead><tr><th>${words.time}</th><th>${words.text}</th><th>${words.verdict}</th><th>${words.found}</th><th>${words.reviewer}</th></tr></thead>
<tbody>
${report.segments.map((segment) => {
    const mark = marks.find(({ segmentIndex }) => segmentIndex === segment.index);
    const wanting = segment.measures.filter(({ verdict }) => verdict === 'poor' || verdict === 'fair');
    return `<tr><td class="number"><bdi dir="ltr">${qaClock(lang, segment.startSec, true)} – ${qaClock(lang, segment.endSec, true)}</bdi></td><td dir="auto">${escaped(segment.text.trim() || `${words.stretch} ${segment.index + 1}`)}</td><td>${badge(segment.verdict, lang)}</td><td>${wanting.length === 0 ? words.nothing : wanting.map((measure) => `<p>${escaped(qaSentence(measure, lang))} ${momentOf(measure, lang, pictures)}</p>`).join('')}</td><td>${mark ? markOf(mark, lang) : words.noMark}</td></tr>`;
  }).join('\n')}
</tbody>
</table>
<footer>${escaped(words.made)} · ${escaped(date)}</footer>
</main>
</html>
`;
}

function markOf({ verdict, note }: ReviewMark, lang: QaLang): string {
  const words = WORDS[lang];
  const said = verdict === null ? '' : `<span class="badge ${verdict === 'pass' ? 'good' : 'poor'}">${words[verdict]}</span>`;
  return `${said}${note.trim() === '' ? '' : ` <span class="note" dir="auto">${escaped(note)}</span>`}`;
}

const badge = (verdict: QaVerdict, lang: QaLang): string => `<span class="badge ${verdict}">${escaped(QA_VERDICT_NAMES[lang][verdict])}</span>`;
const figureIn = (measure: QaMeasure, lang: QaLang): string => `<bdi>${escaped(qaFigure(measure, lang))}</bdi>`;

function momentOf(measure: QaMeasure, lang: QaLang, pictures: ReadonlyMap<string, Uint8Array>): string {
  if (!measure.worst) return '';
  const picture = pictures.get(pictureKey(measure));
  const when = `${qaClock(lang, measure.worst.startSec, true)} – ${qaClock(lang, measure.worst.endSec, true)}`;
  return `${picture ? `<img alt="" src="data:image/jpeg;base64,${Buffer.from(picture).toString('base64')}">` : ''}<bdi class="when" dir="ltr">${when}</bdi>`;
}

/** At most so many points: a page of an hour stays small. */
const CURVE_POINTS = 1200;

/** The opening over the loudness; time runs left to right in both languages. */
function curveOf({ opening, loudness }: QaReport): string {
  const count = Math.min(CURVE_POINTS, opening.length);
  if (count === 0) return '';
  const [width, height] = [1000, 120];
  const at = (i: number) => Math.floor((i * opening.length) / count);
  const most = Math.max(0.15, ...Array.from({ length: count }, (_, i) => opening[at(i)] ?? 0));
  const x = (i: number) => ((i / count) * width).toFixed(1);
  const sound = Array.from({ length: count }, (_, i) => `${x(i)},${(height - height * (loudness[at(i)] ?? 0)).toFixed(1)}`).join(' ');
  const runs: string[][] = [[]];
  for (let i = 0; i < count; i++) {
    const value = opening[at(i)];
    if (value === null) runs.push([]);
    else runs.at(-1)!.push(`${x(i)},${(height - (height * value) / most).toFixed(1)}`);
  }
  const lines = runs.filter((run) => run.length > 1).map((run) => `<polyline points="${run.join(' ')}" fill="none" stroke="#1663c7" stroke-width="1.5" vector-effect="non-scaling-stroke"/>`);
  return `<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img"><polygon points="0,${height} ${sound} ${width},${height}" fill="#c9c9d2"/>${lines.join('')}</svg>`;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const STYLE = `
  :root { color: #1b1b1f; background: #fff; font: 14px/1.5 Inter, Vazirmatn, system-ui, sans-serif }
  :root[lang=fa] { font-family: Vazirmatn, Inter, Tahoma, system-ui, sans-serif; line-height: 1.8 }
  body { margin: 0 } main { max-width: 62rem; margin: 2rem auto; padding: 0 1.25rem }
  header { display: flex; align-items: center; gap: 1rem } h1 { font-size: 1.4rem; margin: 0 } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
  .name { font-size: 1.05rem; margin: .5rem 0 0 } .about { color: #5b5b66; margin: 0 0 1rem }
  table { width: 100%; border-collapse: collapse } th, td { text-align: start; vertical-align: top; padding: .45rem .6rem; border-bottom: 1px solid #d9d9df } thead th { color: #5b5b66; font-weight: 500; font-size: 12px } tbody th { font-weight: 500 }
  tr { break-inside: avoid } .number, .when { font-variant-numeric: tabular-nums; white-space: nowrap } .when { color: #5b5b66; font-size: 12px; display: block }
  td p { margin: 0 0 .4rem } td img { display: block; width: 8rem; border-radius: 4px; margin-bottom: .2rem }
  td.small img { width: 3.6rem }
  .badge { display: inline-block; padding: .05rem .55rem; border-radius: 1rem; font-size: 12px; white-space: nowrap; border: 1px solid currentColor }
  .good { color: #13734a } .fair { color: #835400 } .poor { color: #b3261e } .unknown { color: #5b5b66 } .note { white-space: pre-wrap }
  figure { margin: 0 0 1.25rem } svg { width: 100%; height: 7rem; display: block; background: #f6f6f8; border-radius: 4px } figcaption { color: #5b5b66; font-size: 12px; margin-top: .25rem }
  footer { color: #5b5b66; font-size: 12px; margin: 2rem 0 }
  @media print { main { margin: 0; max-width: none } :root { font-size: 11pt; print-color-adjust: exact; -webkit-print-color-adjust: exact } }
`;
