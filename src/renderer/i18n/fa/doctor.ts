import type { Words } from '../words.ts';
import type { doctor as english } from '../en/doctor.ts';

export const doctor: Words<typeof english> = {
  title: 'عیب‌یاب', subtitle: 'این رایانه و خود سیما را می‌بیند و می‌گوید چه می‌تواند بهتر باشد. چیزی را تغییر نمی‌دهد.',
  again: 'معاینهٔ دوباره', againTip: 'چند ثانیه طول می‌کشد؛ برداشت‌ها در این میان ادامه دارند', stop: 'ایست', copy: 'کپی گزارش', copyTip: 'همهٔ بررسی‌ها به‌صورت متن، برای فرستادن', copied: 'گزارش کپی شد.', copyCommandTip: 'کپیِ آنچه باید کرد',
  examining: 'در حال معاینه… تا اینجا {{found}} بررسی', failed: 'به پایان نرسید.',
  do: 'چه باید کرد', why: 'چرا', note: 'دانستنی',
  groups: { machine: 'این رایانه', gpu: 'کارت گرافیک', system: 'تنظیمات سیستم', studio: 'سیما' },
  states: { ok: 'خوب', advice: 'می‌تواند بهتر باشد', wanting: 'آن‌گونه که باید کار نمی‌کند', unknown: 'اینجا نامعلوم' },
  summary: { well: 'سیما اینجا کار می‌کند. همه‌چیز خوب است.', advice_one: 'سیما اینجا کار می‌کند. {{value}} چیز می‌تواند بهتر باشد، ولی لازم نیست.', advice_other: 'سیما اینجا کار می‌کند. {{value}} چیز می‌تواند بهتر باشد، ولی هیچ‌کدام لازم نیست.', wanting_one: '{{value}} چیز نمی‌گذارد سیما آن‌گونه که باید کار کند.', wanting_other: '{{value}} چیز نمی‌گذارد سیما آن‌گونه که باید کار کند.' },
  titles: {
    machine: { node: 'Node.js', processor: 'پردازنده', memory: 'حافظه', disk: 'دیسک', home: 'پوشهٔ داده‌ها', temporary: 'پوشهٔ موقت' },
    gpu: { present: 'آیا کارتی هست', driver: 'راه‌انداز', works: 'اجرای مدل‌ها روی آن', visible: 'کدام کارت به کار می‌رود', 'compute-mode': 'حالت محاسبه', memory: 'حافظهٔ کارت', libraries: 'CUDA و cuDNN', provider: 'پیونددهندهٔ CUDA', persistence: 'حالت ماندگاری', power: 'سقف توان', clocks: 'بسامدها', 'kernel-cache': 'حافظهٔ نهان برنامه‌هایش' },
    system: { governor: 'گردانندهٔ پردازنده', swappiness: 'جابه‌جایی حافظه', 'dirty-ratio': 'داده‌های نانوشته', network: 'بافرهای شبکه', 'omp-threads': 'ریسه‌های OpenMP' },
    studio: { settings: 'تنظیمات', codecs: 'کدگذارها', nvenc: 'کدگذار کارت', models: 'مدل‌ها', network: 'اجرای مدل‌ها روی پردازنده', 'voice-fa': 'صدای فارسی', 'voice-en': 'صدای انگلیسی', avatars: 'چهره‌ها' },
  },
};
