/**
 * What goes wrong in a creator's day, in Persian, by its English form (shared/phrase.ts); places count from 0, in the order of the English sentence.
 * Other errors stay in English, below the Persian name of their kind.
 */
export const errors: Readonly<Record<string, string>> = {
  // Photos and clips
  'No face was found in "{0}". Use a picture or video in which a face is seen from the front, well lit and not too small.': 'در «{0}» چهره‌ای پیدا نشد. عکس یا ویدیویی بدهید که در آن چهره از روبه‌رو، با نور خوب و نه خیلی کوچک دیده شود.',
  '"{0}" cannot be used. {1}': '«{0}» به کار نمی‌آید. {1}',
  'The file "{0}" is empty. Give a photo or a video of a face.': 'فایل «{0}» خالی است. عکس یا ویدیویی از یک چهره بدهید.',
  'The file "{0}" cannot be read as a picture ({1}). It may be damaged, incomplete or of another kind: give a JPEG, PNG, WebP, TIFF or AVIF photo.': 'فایل «{0}» را نمی‌توان مانند عکس خواند. شاید خراب، ناقص یا از گونه‌ای دیگر باشد: عکسی به قالب JPEG، PNG، WebP، TIFF یا AVIF بدهید. ({1})',
  '"{0}" is neither a photo nor a video that can be read. It may be damaged or of another kind: give a JPEG, PNG, WebP, TIFF, AVIF, MP4, MOV or WebM file.': '«{0}» نه عکسی است که خوانده شود و نه ویدیو. شاید خراب یا از گونه‌ای دیگر باشد: فایلی به قالب JPEG، PNG، WebP، TIFF، AVIF، MP4، MOV یا WebM بدهید.',
  'The picture "{0}" is too large: {1} pixels, the limit is {2} megapixels. Make it smaller and try again.': 'عکس «{0}» بیش از اندازه بزرگ است: {1} پیکسل؛ حداکثر {2} مگاپیکسل. کوچکش کنید و دوباره بیازمایید.',
  '{0} is longer than {1} seconds. Cut it first.': '{0} از {1} ثانیه بلندتر است. نخست کوتاهش کنید.',
  '{0} is only {1}; at least {2} is needed.': 'اندازهٔ {0} تنها {1} است؛ دست‌کم {2} لازم است.',
  '{0} is {1}; at most {2} can be used. Make it smaller first.': 'اندازهٔ {0} برابر {1} است؛ حداکثر {2} به کار می‌آید. نخست کوچکش کنید.',
  '{0} holds no moving picture.': '{0} تصویر متحرکی ندارد.',
  'The name of an avatar has 1 to 200 characters.': 'نام چهره ۱ تا ۲۰۰ نویسه دارد.',
  'This avatar can no longer be had back. Add its photo or clip again.': 'این چهره دیگر برنمی‌گردد. عکس یا کلیپش را دوباره بیفزایید.',
  'There is no avatar “{0}” in the library. See: sima avatars list.': 'چهرهٔ این پروژه دیگر نیست. چهرهٔ دیگری برگزینید. ({0})',
  'The background picture "{0}" cannot be read. Check the path.': 'عکس پس‌زمینهٔ «{0}» خوانده نمی‌شود. آن را دوباره برگزینید.',

  // Files of sound and video
  '{0} does not exist.': '{0} وجود ندارد.',
  'There is no permission to read {0}.': 'اجازهٔ خواندن {0} نیست.',
  '{0} is empty (0 bytes).': '{0} خالی است.',
  '{0} cannot be read as audio or video: it is damaged, empty or of another kind.': '{0} را نمی‌توان مانند صدا یا ویدیو خواند: خراب، خالی یا از گونه‌ای دیگر است.',
  '{0} is coded in a way that cannot be read here. Convert it to MP4 or WAV first.': '{0} به شیوه‌ای کدگذاری شده است که اینجا خوانده نمی‌شود. نخست آن را به MP4 یا WAV برگردانید.',
  '{0} is damaged: {1} of it could be decoded.': '{0} خراب است. آنچه از آن خوانده شد: {1}.',
  nothing: 'هیچ', 'less than half': 'کمتر از نیمی',
  '{0} has no sound.': '{0} صدا ندارد.',
  '{0} is longer than {1} minutes. Cut it first.': '{0} از {1} دقیقه بلندتر است. نخست کوتاهش کنید.',
  '{0} has only {1} s of sound; at least {2} s are needed. Record it again, or choose another file.': '{0} تنها {1} ثانیه صدا دارد؛ دست‌کم {2} ثانیه لازم است. دوباره ضبط کنید یا فایل دیگری برگزینید.',
  '{0} is silent throughout. Check the microphone and record it again, choose another file, or use it as recorded for a face that rests.': '{0} سراسر سکوت است. میکروفن را بررسی کنید و دوباره ضبط کنید، فایل دیگری برگزینید، یا برای چهره‌ای که خاموش است همان‌گونه که ضبط شده به کارش ببرید.',
  'The upload is empty.': 'فایل خالی است.',
  'The upload broke off: {0} of {1} bytes arrived. Send it again.': 'فرستادن نیمه‌کاره ماند: {0} از {1} بایت رسید. دوباره بفرستید.',
  'The upload is larger than the {0} MB that are allowed.': 'فایل از {0} مگابایتِ مجاز بزرگ‌تر است.',
  'There is no upload “{0}”. Uploads go a day after they were last used: send the file again.': 'فایل فرستاده‌شده دیگر نیست؛ یک روز پس از آخرین استفاده پاک می‌شود. دوباره بفرستید. ({0})',

  // The disk
  'The disk is full: {0} could not be written. Free some space and try again.': 'دیسک پر است: {0} نوشته نشد. کمی جا باز کنید و دوباره بیازمایید.',
  'There is no permission to write {0}. Choose another folder.': 'اجازهٔ نوشتن {0} نیست. پوشهٔ دیگری برگزینید.',
  'The disk has no room for this upload. Free some space and try again.': 'روی دیسک برای این فایل جا نیست. کمی جا باز کنید و دوباره بیازمایید.',
  'The disk of {0} has no room for this export: it needs about {1} MB. Free some space, or choose another folder.': 'روی دیسک {0} برای این خروجی جا نیست: حدود {1} مگابایت می‌خواهد. کمی جا باز کنید یا پوشهٔ دیگری برگزینید.',
  'The disk of {0} has no room for {1} MB more. Free some space and try again.': 'روی دیسک {0} برای {1} مگابایت دیگر جا نیست. کمی جا باز کنید و دوباره بیازمایید.',
  '{0} cannot be used: {1}.': '{0} به کار نمی‌آید: {1}.',
  'the disk is full; free some space and try again': 'دیسک پر است؛ کمی جا باز کنید و دوباره بیازمایید',
  'your disk quota is used up; free some space and try again': 'سهم شما از دیسک تمام شده است؛ کمی جا باز کنید و دوباره بیازمایید',
  'there is no permission': 'اجازه‌اش نیست',
  'the disk is read-only': 'دیسک فقط‌خواندنی است',

  // The text
  'The text is empty. Give at least one word in Persian or English.': 'متن خالی است. دست‌کم یک واژهٔ فارسی یا انگلیسی بنویسید.',
  'The text has nothing that can be spoken: no Persian or English letter and no number, only signs or emoji.': 'متن چیزی برای گفتن ندارد: نه حرف فارسی یا انگلیسی و نه عدد؛ تنها نشانه یا شکلک است.',
  'Nothing of this text can be spoken. Write at least one word in Persian or English.': 'هیچ چیزِ این متن گفتنی نیست. دست‌کم یک واژهٔ فارسی یا انگلیسی بنویسید.',
  'The text has {0} characters; at most {1} are possible. Split it into several videos.': 'متن {0} نویسه دارد؛ حداکثر {1} نویسه ممکن است. آن را چند ویدیو کنید.',
  'The text is too long to be spoken in one piece ({0} characters as spoken, at most {1}). Split it into sentences.': 'متن بلندتر از آن است که یک‌جا گفته شود ({0} نویسهٔ گفتنی؛ حداکثر {1}). آن را جمله‌جمله کنید.',
  'The lexicon: “{0}” has no letter or digit, so there is nothing that could be said otherwise.': 'واژه‌نامه: «{0}» حرف یا رقمی ندارد؛ پس چیزی نیست که جور دیگر گفته شود.',
  'The lexicon: “{0}”, which “{1}” is to be said as, has nothing that a voice can say. Write it in Persian or English letters.': 'واژه‌نامه: «{0}» که باید به جای «{1}» گفته شود چیزی برای گفتن ندارد. آن را با حروف فارسی یا انگلیسی بنویسید.',
  '“{0}” in the phonemes “{1}” is no sound of the {2} voices. They know: {3}.': '«{0}» در واج‌های «{1}» آوایی نیست که صداهای {2} بشناسند. این‌ها را می‌شناسند: {3}.',
  Persian: 'فارسی', English: 'انگلیسی',
  'The phonemes “{0}” hold no sound.': 'در واج‌های «{0}» آوایی نیست.',

  // Voices
  'The voice “{0}” is not installed. Import it again (sima voices import FILE.onnx), or choose another voice: sima voices list.': 'صدای «{0}» نصب نیست. آن را در «مدل‌ها» دوباره وارد کنید یا صدای دیگری برگزینید.',
  'The file of the voice “{0}” is gone: {1}. {2}': 'فایل صدای «{0}» دیگر نیست: {1}. {2}',
  'Import it again: sima voices import FILE.onnx.': 'آن را در «مدل‌ها» دوباره وارد کنید.',
  'There is no voice “{0}”. Known voices: {1}.': 'صدایی به نام «{0}» نیست. صداها: {1}.',
  'The voice {0} came without its description: {1} is missing. Give both files.': 'صدای {0} بی فایل توضیحش آمد: {1} نیست. هر دو فایل را بدهید.',

  // Rendering
  'All {0} seats of this studio are taken. Try again in about {1} s.': 'هر {0} جای این استودیو پر است. حدود {1} ثانیهٔ دیگر دوباره بیازمایید.',
  '{0} takes of this session are waiting, and no more may. Try again in about {1} s, or cancel one.': '{0} برداشت از این پنجره در نوبت است و جای بیشتری نیست. حدود {1} ثانیهٔ دیگر دوباره بیازمایید یا یکی را لغو کنید.',
  'This session is closed, or was never open. Open another one first.': 'این نشست بسته شده است. صفحه را دوباره باز کنید.',
  'The engine ended {0} times in a row before it had made a frame of this take. The last time: {1}.': 'موتور {0} بار پی‌درپی پیش از ساختن نخستین فریم این برداشت از کار افتاد. آخرین بار: {1}.',
  'Nothing of {0} would change: text, voices, speed, pitch and pronunciations are what they were.': 'چیزی تغییر نمی‌کند: متن، صداها، سرعت، زیر و بمی و تلفظ‌ها همان‌اند که بودند. ({0})',
  'The face of {0} was removed from the library. Register it again, then change the take.': 'چهرهٔ این برداشت حذف شده است. آن را دوباره بیفزایید و سپس برداشت را تغییر دهید. ({0})',
  'The video cannot be read ({0}).': 'ویدیو خوانده نمی‌شود ({0}).',
  'The browser cannot decode the video.': 'مرورگر نمی‌تواند این ویدیو را بخواند.',

  // What is to be minded of a take, a recording, an export
  'The recording has single peaks far above its speech, so the video is quieter than usual ({0} instead of {1} LUFS). Cut out knocks and clicks, or compress the recording, for full loudness.': 'در صدای ضبط‌شده چند اوج بسیار بلندتر از گفتار هست، پس ویدیو آرام‌تر از معمول می‌شود ({0} به جای {1} LUFS). برای بلندی کامل، ضربه‌ها و تق‌تق‌ها را ببُرید یا صدا را فشرده (compress) کنید.',
  'The recording is very quiet ({0} LUFS). It is raised by {1} dB, and its noise with it; the video stays quieter than usual ({2} LUFS). Record it louder or nearer to the microphone.': 'صدای ضبط‌شده بسیار آرام است ({0} LUFS). آن را {1} دسی‌بل بلند می‌کنیم و نویزش هم بلند می‌شود؛ ویدیو آرام‌تر از معمول می‌ماند ({2} LUFS). بلندتر یا نزدیک‌تر به میکروفن ضبط کنید.',

  // Projects and exports
  'There is no project “{0}”. It may have been removed in another window.': 'پروژهٔ «{0}» نیست. شاید در پنجرهٔ دیگری حذف شده باشد.',
  '“{0}” was saved elsewhere meanwhile, in another window or program. Choose which version is to stay.': '«{0}» در این میان در پنجره یا برنامهٔ دیگری ذخیره شد. برگزینید کدام نسخه بماند.',
  'The project is saved in the studio, but not in your own file. {0}': 'پروژه در استودیو ذخیره شد، ولی نه در فایل خودتان. {0}',
  '{0} is damaged, or no project of Sima’s.': '{0} خراب است یا پروژهٔ سیما نیست.',
  'The file': 'این فایل',
  '{0} is no project of Sima’s.': '{0} پروژهٔ سیما نیست.',
  'The package {0} is damaged ({1}). Ask for it again, or make it again.': 'بستهٔ {0} خراب است ({1}). آن را دوباره بگیرید یا دوباره بسازید.',
  'The package {0} was made by a newer Sima. Update Sima to open it.': 'بستهٔ {0} با سیمای تازه‌تری ساخته شده است. برای باز کردنش سیما را به‌روز کنید.',
  '“{0}” of this project is no longer there. Choose it again, then make the package.': '«{0}» از این پروژه دیگر نیست. آن را دوباره برگزینید و سپس بسته را بسازید.',
  'This video cannot be made as small as {0} bytes at {1}: {2} was the least. Choose a smaller frame size, or a larger file.': 'این ویدیو در اندازهٔ {1} به کوچکی {0} بایت نمی‌شود: کمترین {2} بایت بود. تصویر کوچک‌تر یا حجم بیشتری برگزینید.',
  'The graphics card’s encoder (NVENC) cannot be used: {0}. Choose x264, which runs everywhere.': 'کدگذار کارت گرافیک (NVENC) به کار نمی‌آید: {0}. x264 را برگزینید که همه‌جا کار می‌کند.',
};
