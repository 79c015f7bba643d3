import type { Words } from '../words.ts';
import type { qa as english } from '../en/qa.ts';
export const qa: Words<typeof english> = {
  title: 'کیفیت',
  none: 'برداشتی بسازید: هم‌زمانی لب‌ها روی تصویرهای ساخته‌شده سنجیده می‌شود.',
  waiting: 'همین که برداشت تمام شود سنجیده می‌شود.',
  gone: 'این برداشت تمام نشده است: چیزی برای سنجیدن نیست.',
  measuring: 'سنجش تصویرها، {{done}}', cancel: 'توقف سنجش', canceled: 'سنجیده نشده است.', held: 'پس از پایان پخش سنجیده می‌شود.', measure: 'اکنون بسنج', measureTip: 'همهٔ فریم‌های این برداشت را می‌بیند',
  figuresTip: 'عددهای پشت این جمله‌ها',
  goodFrom: 'خوب: {{limit}}',
  jump: 'رفتن به بدترین لحظه، {{time}}، و تکرار آن',
  notKnown: '{{count, number}} سنجهٔ نامعلوم', notKnownTip: 'آنچه دربارهٔ این برداشت معلوم نیست، و چرا',
  segments: 'جمله‌ها', segment: 'جملهٔ {{number}}، {{verdict}}: {{text}} {{time}}', selectTip: 'این جمله را نشان می‌دهد و تکرار می‌کند', fine: 'چیزی برای یادآوری نیست.',
  review: 'نظر شما', reviewTake: 'نظر شما دربارهٔ برداشت', pass: 'پذیرفته', fail: 'رد', passTip: 'همین خوب است', failTip: 'باید دوباره ساخته شود', note: 'یادداشت', notePlaceholder: 'چه باید کرد؟',
  compareTip: 'فریم کنار تصویر اصلی‌اش، و تفاوت آن دو', compareTitle: 'فریم و تصویر اصلی', frame: 'فریم', plate: 'تصویر اصلی', difference: 'تفاوت', gain: 'بزرگ‌نمایی', times: '{{value}}×',
  frameOf: 'فریم {{frame}} از {{of}}', back: 'یک فریم به عقب', on: 'یک فریم به جلو', compareHint: 'تصویر اصلی همان‌گونه ایستاده است که سر در این فریم. سیاه یعنی بی‌تفاوت.', noPicture: 'این تصویر را نمی‌توان نشان داد. شاید چهره‌اش حذف شده باشد.',
  save: 'گزارش', saveTip: 'صفحه‌ای با عددها، تصویرها و نظر شما', saveHtml: 'ذخیره به‌صورت صفحهٔ HTML', savePdf: 'ذخیره به‌صورت PDF', saving: 'در حال نوشتن گزارش…', saved: 'گزارش ذخیره شد.',
  keys: { fail: 'نشانه‌گذاری جمله: رد', pass: 'نشانه‌گذاری جمله: پذیرفته', compare: 'مقایسه با تصویر اصلی' },
};
