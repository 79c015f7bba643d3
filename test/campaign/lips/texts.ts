/** What the presenters say in the lips campaign, written for it. */
import type { Lang } from '../../../src/shared/vocabulary.ts';

/** A fifth of the sounds are m, b or p: many closures in little time, and harder than what people say. One paragraph per line. */
export const DENSE_TEXTS: Record<Lang, string> = {
  fa: `بامداد امروز بابا و مامان با مهربانی پیش ما آمدند و برای ما پنیر، ماست، بادام و سیب بردند.
مریم پیراهن بنفش پوشید و با برادر بزرگش، بهرام، به بازار پارچه‌فروش‌ها رفت. پیرمرد مهربانی آنجا با صبوری به مردم پارچهٔ ابریشمی می‌فروخت.
بهرام پرسید: «این پارچهٔ آبی متری چند است؟» پیرمرد لبخند زد و گفت: «برای شما، مهمان من باشید!»
ما پنجشنبه شب به باغ پدربزرگ می‌رویم. باران بهاری می‌بارد و بوی بابونه و پونه با نسیم به مشام می‌رسد.
مادربزرگ زیر پتوی پشمی کتاب می‌خواند و گربهٔ سپیدش کنار بخاری خوابیده است. او هر شب پیش از خواب برای بچه‌ها قصه می‌گوید، قصهٔ ببر پیری که پشیمان شد.
بامزه‌ترین بخش سفر ما، مسابقهٔ پرتاب توپ بود. پیمان پنج بار پرید، بالاخره برنده شد و پدرم به او یک جعبه مداد رنگی بخشید.
برنامهٔ ما برای بعد از ظهر ساده است: اول نامه‌ها را می‌بریم به پست، بعد با اتوبوس به موزهٔ آب می‌رویم. بلیت اتوبوس را من می‌خرم، اما پول بستنی با پیمان است.
معلم ما می‌گوید صبر و امید، بال‌های پرندهٔ موفقیت‌اند. باید با هم مهربان باشیم، بپرسیم، بفهمیم و به هم کمک بکنیم.
مهم نیست که مسیر پیچیده باشد؛ مهم این است که با امید و با برنامه قدم برداریم، و هر بامداد بپرسیم: امروز چه کمکی می‌توانیم بکنیم؟
پس سپاس از شما که ما را تماشا می‌کنید. امیدوارم این برنامه را پسندیده باشید و ما را به مادر، پدر، برادر و همهٔ دوستان مهربانتان پیشنهاد بدهید.`,
  en: `Good morning, my name is Pam, and maybe you remember me from the museum by the bay. Today my brother Bob and I brought maps, apples and a big pot of plum jam.
People often ask me about the problem of bumpy pavements in our part of Birmingham. I promise, my simple plan may be better than a million public meetings!
Before breakfast, Bob bought a piece of paper, a bottle of milk and some mint from a shop beside the park. My mother put the blue lamp on top of the piano, but the plump puppy bumped it and the lamp became a lump of broken plaster.
Perhaps the most important member of our team is Emma. She composes simple music, plays the trumpet, and jumps from bench to bench like a champion.
Maybe tomorrow a sombre mood will come upon the camp, because the summer is nearly past. Then Pamela will pick pumpkins, my nephew will polish the copper pans, and Bob will help Mr Palmer repair the pump.
A computer can compare maps, but it cannot be humble. People can be both, if they stop, listen, and embrace the small problems before them.
Please be patient with beginners. Probably no member of the public became an expert by March, and many a famous composer began with a cheap pipe and a broken drum.
My grandpa built boats. He put a map under the lamp, picked up a pencil, and mumbled: measure the beam before you chop the timber, my boy, and pay for the paint before you buy the brush.
That is the main point of our programme. Keep your promises, keep a map in your pocket, and never permit a bumpy path to spoil a happy mood.`,
};

/** As people speak: 4–7 % m, b and p. */
export const ORDINARY_TEXTS: Record<Lang, string> = {
  fa: `امروز می‌خواهم دربارهٔ یک ابزار تازه صحبت کنم. این ابزار از یک عکس ساده، ویدیویی می‌سازد که در آن چهره سخن می‌گوید. نه کارت گرافیک لازم است و نه اینترنت.
هوای امروز آفتابی است و خیابان‌ها شلوغ‌اند. دیروز به کتابخانه رفتم و سه کتاب تازه گرفتم. یکی از آن‌ها داستان سفر دریایی یک خانواده است که سال‌ها در جزیره‌ای دور زندگی کردند.`,
  en: `Today I would like to talk about a new tool. It takes a simple photo and makes a video in which the face speaks. It needs neither a graphics card nor the internet.
The weather is sunny and the streets are full. Yesterday I went to the library and took three new books. One of them tells the story of a family at sea, who lived for years on a distant island.`,
};

/** One short sentence each, for the tests. */
export const SHORT_TEXTS: Record<Lang, string> = {
  fa: 'بابا و مامان با مهربانی برای بچه‌ها پنیر و بادام بردند، اما پیمان پیش ما ماند.',
  en: 'Maybe my brother Bob bumped the lamp, but Pam promised to put a map beside the piano.',
};
