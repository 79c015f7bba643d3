/**
 * Things to say for the rig network: random word strings, in Persian, English and made-up syllables. Sense does not matter to the
 * lips, neighbourhoods of sounds do. Every seventh word is kept for testing only, so test sentences share no word with training.
 */
import type { Lang } from '../../src/shared/vocabulary.ts';

const PERSIAN = `
سلام خوب بد بزرگ کوچک پدر مادر برادر خواهر بابا مامان پسر دختر مرد زن آدم مردم دوست همسایه مهمان معلم پزشک آشپز نقاش شاعر
آب نان پنیر ماست برنج گوشت مرغ ماهی میوه سیب پرتقال انگور هندوانه خربزه گیلاس آلبالو بادام پسته گردو کشمش نمک فلفل شکر چای قهوه
خانه اتاق پنجره دیوار سقف کف پله آشپزخانه حمام باغ باغچه درخت برگ گل سبزه چمن میز صندلی کتاب دفتر قلم مداد کاغذ کیف کفش لباس
شهر روستا کوچه خیابان میدان پل رود دریا کوه دشت جنگل بیابان آسمان ابر باران برف باد طوفان خورشید ماه ستاره شب روز صبح عصر ظهر
فردا دیروز امروز هفته ماه‌ها سال فصل بهار تابستان پاییز زمستان ساعت دقیقه ثانیه وقت زمان گذشته آینده اکنون همیشه هرگز گاهی
رفتن آمدن گفتن شنیدن دیدن خوردن نوشیدن خوابیدن نشستن ایستادن خواندن نوشتن پختن شستن بردن آوردن گرفتن دادن خریدن فروختن ساختن
می‌روم می‌آید می‌گوید می‌بیند می‌خواهم می‌توانیم می‌شود می‌خورند می‌پرسد می‌فهمم می‌بریم می‌مانند نمی‌دانم نمی‌شود نمی‌خواهد
رفتیم آمدند گفتم شنیدی دیدیم خوردند نوشتم پختیم بردند آوردم گرفتیم دادند خریدم فروختند ساختیم ماندم پرسیدند فهمیدیم بمانیم ببینم
سرخ سبز آبی زرد سفید سیاه بنفش نارنجی صورتی قهوه‌ای گرم سرد تند کند بلند کوتاه پهن باریک سنگین سبک نرم سفت شیرین ترش تلخ شور
یک دو سه چهار پنج شش هفت هشت نه ده بیست سی چهل پنجاه شصت هفتاد هشتاد نود صد هزار میلیون نیم ربع اول دوم سوم آخر
قلب مغز چشم گوش بینی دهان لب دندان زبان دست پا انگشت مو صورت شکم کمر زانو استخوان خون نفس صدا خنده گریه لبخند نگاه
عشق دوستی مهربانی صبر امید شادی غم ترس خشم آرامش آزادی حقیقت زیبایی هنر موسیقی نقاشی شعر داستان فیلم نمایش بازی ورزش فوتبال
بزرگراه فرودگاه ایستگاه قطار هواپیما اتوبوس ماشین دوچرخه کشتی قایق بلیت سفر مسافر راه مقصد نقشه چمدان هتل موزه کتابخانه
دانشگاه مدرسه کلاس درس امتحان پرسش پاسخ مسئله جمله کلمه حرف صدا معنی علم فیزیک شیمی زیست‌شناسی ریاضی تاریخ جغرافیا ادبیات
برنامه رایانه تلفن پیام نامه خبر روزنامه تلویزیون دوربین عکس تصویر شبکه اینترنت پرونده کلید رمز صفحه خط نقطه شکل رنگ نور
چرا چگونه کجا کی چه کدام اگر ولی اما زیرا پس سپس بنابراین همچنین البته شاید باید حتما لطفا متشکرم ببخشید خداحافظ بفرمایید
ژاله ژاکت مژه پژمرده ژرف غذا غروب مغازه قرمز قاشق بشقاب قالی فرش پرده چراغ شمع آینه جعبه صندوق پارچه نخ سوزن قیچی چکش میخ
پیاز بادمجان گوجه خیار هویج کلم سیب‌زمینی لوبیا نخود عدس سبزی ریحان نعنا زعفران دارچین زنجبیل آش کباب خورش پلو حلوا بستنی
اسب گاو گوسفند بز شتر سگ گربه موش خرگوش روباه گرگ خرس شیر پلنگ فیل میمون پرنده گنجشک کبوتر کلاغ عقاب طوطی پروانه زنبور مورچه
بسیار کمی بیشتر کمتر خیلی تقریبا فقط تنها باهم جدا نزدیک دور بالا پایین جلو عقب چپ راست درون بیرون میان کنار روبرو پشت زیر روی
ما شما آنها ایشان من تو او این آن همین همان هر هیچ همه بعضی چند دیگر خود مبارک محبوب مهم ممکن مناسب معمولی موفق مطمئن بهترین
`;

const ENGLISH = `
the a of and to in that is was for on with as by at from be have this but not are or had his they she which you one we all her would
there their will when who him been has more if no out do so can what said up its about into than them only other time new some could
mother father brother sister baby people woman man boy girl friend neighbour member number problem probably remember tomorrow
above below before behind between beyond become begin belong believe maybe somebody nobody everybody lamp camp jump pump bump
map cap top stop shop drop ship sheep sleep deep keep help step cup soup group paper pepper apple purple people simple sample
temple temper number chamber timber lumber climb thumb comb dream team steam room boom warm storm form farm arm harm charm calm palm
blue black brown green yellow white purple orange pink grey golden silver dark bright pale deep soft hard smooth rough warm cold
house home door window wall roof floor kitchen table chair bed lamp clock mirror picture book paper pencil letter box bottle bag
apple orange banana pear peach plum grape cherry lemon tomato potato carrot onion bean pea rice bread butter cheese milk coffee tea
city village road street bridge river lake sea ocean beach island mountain valley forest field garden park tree flower leaf grass
summer winter autumn spring morning evening night today yesterday week month year hour minute second always never often sometimes
walk run jump climb swim fly drive ride carry push pull throw catch open close begin finish build break fix wash cook eat drink sleep
think know feel see hear smell touch taste speak talk whisper shout sing laugh cry smile ask answer explain promise forgive forget
happy sad angry afraid brave proud shy clever funny serious quiet noisy busy lazy careful famous important beautiful wonderful
visit vision measure treasure pleasure azure garage usual television nature picture future feature culture adventure creature
church chair cheap cheese chicken choose branch bench match watch judge bridge page orange gentle giant region magic engine journey
thing think thank thick thin three through both mouth month north south this these those that other weather leather together breathe
sure shoe sugar shine shout shoulder fish wish wash fresh nation station motion question finger longer singer stronger hungry english
voice choice noise point enjoy employ boy toy now how town down loud cloud round sound power flower hour tower fire tired wire choir
five seven eleven twelve twenty fifty hundred thousand million first second third half quarter zero eight nine six four two ten
vote value very over ever never river every fever favour fever leaf laugh enough phone photo graph coffee office different difficult
wood would wolf woman water window winter wide wheel while why where weather whether queen quick quiet question require
bubble rubber robber ribbon rabbit cabin habit hobby lobby baby maybe busy bird burn bath bark barn bend blend blame bloom broom
plan plane plate play please place pleasant supply apply reply complete complain compare company computer umbrella empty attempt
mile mill mind mine mist mix model modern moment money monkey moon most mount mouse move movie much mud music must my myself
young year yes yard use unit unique usual music human huge few view new knew beauty pure cure tour poor poured pour law saw born
science language picture history physics number theory answer problem program computer screen button message network signal camera
market money price cheap dear buy sell pay gift present ticket travel train plane boat bus car wheel engine pilot passenger station
`;

const ONSETS = ['b', 'p', 'm', 'b', 'p', 'm', 'f', 'v', 'w', 'd', 't', 'n', 'l', 'r', 's', 'z', 'sh', 'ch', 'j', 'k', 'g', 'h', 'y', 'th', ''];
const NUCLEI = ['a', 'e', 'i', 'o', 'u', 'ee', 'oo', 'ah', 'ay', 'oy', 'ow', 'er'];
const CODAS = ['', '', '', 'b', 'p', 'm', 'n', 't', 'k', 's', 'f', 'v', 'l', 'sh'];

export type Part = 'train' | 'test';
/** 0 ≤ value < 1, seeded. */
export type Random = () => number;

/** mulberry32: 32 bits of state are plenty here, and it is the same everywhere. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)];
}

const WORDS = {
  fa: { train: wordsOf(PERSIAN, 'train'), test: wordsOf(PERSIAN, 'test') },
  en: { train: wordsOf(ENGLISH, 'train'), test: wordsOf(ENGLISH, 'test') },
};

/** About 6–14 words with commas here and there, in the language's own letters. */
export function sentence(random: Random, lang: Lang, part: Part): string {
  const length = 6 + Math.floor(random() * 9);
  const words: string[] = [];
  for (let i = 0; i < length; i++) {
    const invented = lang === 'en' && part === 'train' && random() < 0.15;
    const word = invented ? syllables(random) : pick(random, WORDS[lang][part]);
    const comma = i > 1 && i < length - 2 && random() < 0.1 ? (lang === 'fa' ? '،' : ',') : '';
    words.push(word + comma);
  }
  return words.join(' ') + (random() < 0.2 ? (lang === 'fa' ? '؟' : '?') : '.');
}

function syllables(random: Random): string {
  let word = '';
  for (let n = 1 + Math.floor(random() * 3); n > 0; n--) word += pick(random, ONSETS) + pick(random, NUCLEI) + pick(random, CODAS);
  return word;
}

function wordsOf(list: string, part: Part): string[] {
  const words = [...new Set(list.split(/\s+/u).filter((word) => word !== ''))];
  return words.filter((word) => (checksum(word) % 7 === 0) === (part === 'test'));
}

function checksum(word: string): number {
  let sum = 2166136261;
  for (const char of word) sum = Math.imul(sum ^ (char.codePointAt(0) ?? 0), 16777619) >>> 0;
  return sum >>> 3;
}
