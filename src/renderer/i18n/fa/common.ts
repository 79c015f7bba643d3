import type { Words } from '../words.ts';
import type { common as english } from '../en/common.ts';

export const common: Words<typeof english> = {
  app: 'استودیوی سیما',
  screens: { studio: 'استودیو', avatars: 'چهره‌ها', takes: 'برداشت‌ها', meters: 'سنجه‌ها', models: 'مدل‌ها', doctor: 'عیب‌یاب', settings: 'تنظیمات' },
  cancel: 'انصراف', close: 'بستن', save: 'ذخیره', remove: 'حذف', undo: 'برگردان', retry: 'دوباره', copyDetails: 'کپی جزئیات', copied: 'کپی شد', more: 'بیشتر', search: 'جستجو', loading: 'در حال بارگذاری…', unknown: '–',
  connection: { connecting: 'در حال اتصال به استودیو…', lost: 'استودیو پاسخ نمی‌دهد. دوباره تلاش می‌شود…' },
  theme: { dark: 'تیره', light: 'روشن', toggle: 'روشن یا تیره' },
  language: { toggle: 'زبان', en: 'English', fa: 'فارسی' },
  shortcuts: { title: 'صفحه‌کلید', open: 'همهٔ میان‌برها' },
  errors: {
    'invalid-input': 'این قابل استفاده نیست', 'missing-asset': 'چیزی نصب نیست', device: 'دستگاه از کار افتاد', capacity: 'فعلاً جا نیست', io: 'دیسک یا اتصال خطا داد', canceled: 'لغو شد', bug: 'این تقصیر ماست',
  },
};
