import type { Words } from '../words.ts';
import type { models as english } from '../en/models.ts';

export const models: Words<typeof english> = {
  title: 'مدل‌ها و صداها', tabs: { models: 'مدل‌ها', voices: 'صداها', lexicon: 'واژه‌نامه' },
  models: {
    intro: 'آنچه لب‌ها را حرکت می‌دهد، چهره را می‌یابد و پس‌زمینه را جدا می‌کند. برای آوردن مدل لب‌خوانی خودتان، فایل ONNX را اینجا رها کنید.',
    import: 'وارد کردن مدل…', importTip: 'فایل ONNX یک مدل Wav2Lip', verify: 'بررسی همهٔ فایل‌ها', verifyTip: 'هر فایل با اندازه و چکیده‌اش سنجیده می‌شود', verifying: 'در حال بررسی…', allWell: 'هر {{value}} فایل همان است که باید باشد.', drop: 'برای وارد کردن، فایل ONNX را رها کنید', notOnnx: '«{{name}}» فایل ONNX نیست.',
    lipSync: 'هماهنگی لب', others: 'چهره و پس‌زمینه',
    kinds: { rig: 'هماهنگی لبِ درونی', wav2lip: 'هماهنگی لب با Wav2Lip', 'face-detector': 'یافتن چهره', 'face-mesh': 'یافتن نقاط چهره', matte: 'جدا کردن شخص از پس‌زمینه' },
    origins: { shipped: 'همراه سیما', imported: 'آوردهٔ شما', known: 'نصب نیست' },
    isDefault: 'پیش‌فرض', makeDefault: 'پیش‌فرض شود', makeDefaultTip: 'برداشت‌ها آن را به کار می‌برند مگر مدل دیگری نام ببرند', madeDefault: 'برداشت‌ها از این پس {{id}} را به کار می‌برند.',
    remove: 'حذف', removeTip: 'حذف فایل از این رایانه', removeTitle: '{{id}} حذف شود؟', removeText: 'فایلش از این رایانه پاک می‌شود. برداشت‌هایی که با آن ساخته شده‌اند می‌مانند. برای استفادهٔ دوباره باید دوباره وارد شود.', removed: '{{id}} حذف شد.',
    fetch: 'دریافت', fetchTip: 'دریافت از منبعش، پس از پذیرفتن پروانه', fetching: '{{done}} از {{total}}', goOn: 'ادامهٔ دریافت', fetched: '{{id}} نصب شد.', stopFetch: 'ایست؛ آنچه رسیده نگه داشته می‌شود', bring: 'وزن‌هایش را نمی‌توان همراه سیما پخش کرد. فایل ONNX را از منبعش بگیرید و اینجا وارد کنید.', importFor: 'وارد کردن فایلش…',
    size: 'اندازه', licence: 'پروانه', source: 'منبع', checksum: 'چکیده (sha256)', copyChecksum: 'کپی چکیدهٔ کامل', device: 'اجرا روی', load: 'بارگذاری', warmUp: 'گرم شدن', perRun: 'هر اجرا', frames_one: '{{value}} فریم: {{time}}', frames_other: '{{value}} فریم: {{time}}', refused: 'چرا نه روی دستگاه دیگر', notLoaded: 'در حافظه نیست', states: { waiting: 'در نوبت', loading: 'در حال بارگذاری', ready: 'آماده', failed: 'ناموفق' }, broken: 'فایل آن نیست که باید باشد: {{problem}}', whole: 'فایل همان است که باید باشد',
  },
  licence: { title: 'پروانهٔ {{name}}', text: 'این مدل شرط‌های خودش را دارد. خواندن و رعایتشان با شماست.', wav2lip: 'وزن‌های Wav2Lip تنها برای استفادهٔ غیرتجاری‌اند؛ دادهٔ آموزشی‌شان (LRS2) چنین می‌خواهد.', accept: 'پروانه را خوانده‌ام و می‌پذیرم', go: 'وارد کن', fetch: 'دریافت کن', file: 'فایل', id: 'نام', idHint: 'حروف کوچک لاتین، رقم، نقطه، خط تیره و زیرخط. خالی: از نام فایل ساخته می‌شود.', uploading: 'در حال فرستادن فایل…', checking: 'موتور مدل را بارگذاری و امتحان می‌کند…', imported: '{{id}} وارد شد.', useNow: 'پیش‌فرض شود' },
  voices: {
    intro: 'هر صدا زبان خودش را می‌گوید و واژه‌های زبان دیگر را با همان گوینده.', isDefault: 'پیش‌فرض', makeDefault: 'پیش‌فرض شود', makeDefaultTip: 'صدای این زبان، مگر صدای دیگری برگزیده شود', listen: 'شنیدن', stop: 'ایست', langs: { fa: 'فارسی', en: 'انگلیسی' }, engines: { espeak: 'eSpeak NG', piper: 'Piper' }, noTimes: 'زمان‌ها تخمینی است', notInstalled: 'نصب نیست', known: 'دریافت‌شدنی', sample: { fa: 'سلام، من سیما هستم. امروز هوا خوب است.', en: 'Hello, I am Sima. It is a fine day today.' },
  },
  try: { title: 'یک جمله را امتحان کنید', text: 'جمله', placeholder: 'بنویسید چه باید گفته شود', voice: 'صدا', byLanguage: 'به زبان متن', rate: 'سرعت', pitch: 'زیر و بمی', say: 'بگو', said: 'آنچه گفته می‌شود', unchanged: 'همان‌گونه که نوشته شده گفته می‌شود.', phonemes: 'واج‌ها', pause: 'مکث', noPhonemes: 'این صدا واج‌ها را نمی‌گوید.', duration: 'به طول {{time}}', characters: '{{value}} از {{limit}} نویسه', saveWav: 'ذخیرهٔ صدا', reasons: { number: 'عدد', symbol: 'نشانه', word: 'املا', lexicon: 'تلفظ شما', silent: 'گفته نمی‌شود' } },
  lexicon: {
    intro: 'واژه‌ها در همهٔ پروژه‌ها چگونه گفته شوند. منظور واژهٔ کامل است، و اعرابِ درون متن بر واژه‌نامه پیشی دارد.', search: 'جستجو در واژه‌نامه', add: 'افزودن واژه', lang: 'زبان', word: 'نوشته', say: 'گفته شود', sayHint: 'املای دیگری که درست خوانده شود، با اعراب: کِرِم', tryIt: 'شنیدن «{{word}}»', edit: 'تغییر «{{word}}»', remove: 'حذف «{{word}}»', removed: '«{{word}}» حذف شد.', save: 'ذخیره', cancel: 'انصراف', saved: '«{{word}}» از این پس «{{say}}» گفته می‌شود.', import: 'وارد کردن CSV…', importTip: 'ستون‌ها: lang، word، say', export: 'ذخیرهٔ CSV', exportTip: 'همهٔ واژه‌نامه در یک جدول', imported_one: '{{value}} واژه وارد شد.', imported_other: '{{value}} واژه وارد شد.', refusedTitle: 'سطرهایی که واژه‌ای ندارند', refusedLine: 'سطر {{line}}', count_one: '{{value}} واژه', count_other: '{{value}} واژه', found_one: '{{value}} یافته', found_other: '{{value}} یافته',
    empty: 'هنوز واژه‌ای نیست', emptyText: 'اگر صدایی واژه‌ای را نادرست خواند، اینجا بنویسید چگونه گفته شود.', none: 'چنین واژه‌ای نیست.', tooLarge: 'فایل از یک مگابایت بزرگ‌تر است.', actions: 'کارها',
  },
};
