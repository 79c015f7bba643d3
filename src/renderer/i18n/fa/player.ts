import type { Words } from '../words.ts';
import type { player as english } from '../en/player.ts';

export const player: Words<typeof english> = {
  section: 'پخش',
  picture: 'برداشت',
  empty: 'هنوز چیزی برای نمایش نیست', emptyHint: 'آنچه باید گفته شود را بنویسید و «بگو» را بزنید: هم‌زمان با ساخته شدن، همین‌جا پخش می‌شود.',
  play: 'پخش', pause: 'مکث', previousSegment: 'جملهٔ پیشین', nextSegment: 'جملهٔ بعدی', previousFrame: 'یک فریم به عقب', nextFrame: 'یک فریم به جلو', previousWord: 'واژهٔ پیشین', nextWord: 'واژهٔ بعدی',
  toStart: 'به آغاز', toEnd: 'به پایان', back: 'یک ثانیه به عقب', faster: 'پخش، هر بار تندتر', stop: 'ایست',
  loop: 'تکرار این جمله', stopLoop: 'پایان تکرار', loopIn: 'تکرار از اینجا', loopOut: 'تکرار تا اینجا',
  mute: 'بی‌صدا', unmute: 'باصدا', volume: 'بلندی صدا', speed: 'سرعت پخش', rate: '{{value}}×', fullScreen: 'تمام‌صفحه', leaveFullScreen: 'خروج از تمام‌صفحه',
  seek: 'جای پخش', time: '{{now}} از {{all}}', press: 'برای پخش بزنید',
  waitingMore: 'در انتظار تصویرهای بعدی…', waitingPlace: 'در حال ساخت تا اینجا…', cancel: 'لغو', canceling: 'در حال لغو…',
  queued: 'در انتظار نوبت…', preparing: 'در حال آماده‌سازی…', restarting: 'موتور دوباره راه می‌افتد. برداشت خودش ادامه می‌یابد.', canceled: 'این برداشت لغو شد.', canceledHint: 'برای ساختن دوباره، «بگو» را بزنید.',
  failedHint: 'چیزی از این برداشت نمانده است. متن سر جایش است: برای تلاش دوباره «بگو» را بزنید.', lost: 'این برداشت دیده نمی‌شود',
  live: {
    label: 'همگامی ساخت با پخش', first: 'نخستین تصویر {{sec}}', firstTip: 'از درخواست شما تا نخستین تصویر روی صفحه', lead: '{{sec}} جلوتر', leadTip: 'آنچه پیش‌تر از تصویر کنونی ساخته شده است', speed: '{{value}}× زمان واقعی', speedTip: 'سرعت ساخت: بیش از ۱× یعنی بی‌وقفه پخش می‌شود', slow: 'کندتر از پخش: گاه‌به‌گاه برای ادامه می‌ایستد',
    frames: '{{value}} فریم', fps: '{{value}} فریم در ثانیه', done: 'کامل شد', stalls: '{{value}} بار ایستاد',
  },
};
