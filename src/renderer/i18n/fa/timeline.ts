import type { Words } from '../words.ts';
import type { timeline as english } from '../en/timeline.ts';

export const timeline: Words<typeof english> = {
  section: 'خط زمان',
  empty: 'خط زمان هم‌زمان با گفتار پر می‌شود: جمله‌ها، واژه‌ها، صدا و دهان.',
  label: 'صدا و دهان در گذر زمان. کلیدهای جهت‌نما فریم‌به‌فریم و با Shift واژه‌به‌واژه می‌روند.',
  segments: 'جمله‌ها', segment: 'جملهٔ {{number}}: {{text}}', zoom: 'بزرگ‌نمایی', zoomIn: 'نزدیک‌تر', zoomOut: 'دورتر', fit: 'نمایش همه', zoomText: '{{sec}} در صفحه', low: 'تنها جمله‌ها: جای بیشتر برای تصویر', high: 'واژه‌ها، صدا و دهان هم',
  legend: { sound: 'صدا', mouth: 'بازی دهان', chunks: 'تکه‌های تحویل' },
  estimated: 'زمان واژه‌ها برآوردی است', recording: 'صدای ضبط‌شده است و متنی برای تغییر ندارد',
  versions: 'نسخه‌ها', version: 'نسخهٔ {{number}}', versionTip: 'نسخهٔ {{number}}، {{ago}}', current: 'در نمایش',
  editor: {
    open: 'تغییر این جمله', title: 'جملهٔ {{number}}', text: 'آنچه گفته می‌شود', voice: 'صدا', sameVoice: 'همان که بود', rate: 'سرعت', times: '{{value}}×', render: 'ساخت دوبارهٔ این جمله', rendering: 'در حال آغاز…', note: 'نسخه‌ای تازه می‌سازد؛ آنچه پیش از آن است کپی می‌شود و نسخهٔ پیشین می‌ماند.', play: 'پخش آن', loop: 'تکرار آن', close: 'بستن',
    wait: 'وقتی ممکن است که همهٔ متن گفته شده باشد.', gone: 'برداشتی که ناموفق بوده یا لغو شده چیزی برای تغییر ندارد.', emptyText: 'جمله واژه می‌خواهد. برای کنار گذاشتنش متن را تغییر دهید.', verdict: 'کیفیت: {{label}}',
  },
};
