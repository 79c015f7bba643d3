/** The words of the app's own menus, dialogs and notices; the page brings its own. */
import type { Lang } from '../shared/vocabulary.ts';

export interface Words {
  name: string;
  menu: Record<
    | 'file' | 'newProject' | 'open' | 'recent' | 'noRecent' | 'save' | 'saveAs' | 'export' | 'quit'
    | 'edit' | 'undo' | 'redo' | 'cut' | 'copy' | 'paste' | 'selectAll'
    | 'view' | 'studio' | 'avatars' | 'takes' | 'meters' | 'models' | 'doctor' | 'settings' | 'zoomIn' | 'zoomOut' | 'zoomReset' | 'fullScreen' | 'reload'
    | 'take' | 'speak' | 'play' | 'window' | 'minimize' | 'close' | 'front' | 'help' | 'shortcuts' | 'dataFolder' | 'about' | 'hide' | 'hideOthers' | 'showAll' | 'services',
    string
  >;
  recovery: { gone: (reason: string) => string; goneOften: (reason: string) => string; hangs: string; wait: string; again: string; quit: string };
  dialogs: { chooseFolder: string; saveProject: string; openProject: string; projectFiles: string; packages: string; saveReport: string; link: (url: string) => string; openLink: string; cancel: string; cannotOpen: (message: string) => string; cannotStart: string };
  notices: { exported: (name: string) => string; exportedTitle: string; failed: (name: string) => string; failedTitle: string };
}

const en: Words = {
  name: 'Sima Studio',
  menu: {
    file: '&File', newProject: 'New Project', open: 'Open Project…', recent: 'Recent Projects', noRecent: 'None Yet', save: 'Save', saveAs: 'Save As…', export: 'Export…', quit: 'Quit',
    edit: '&Edit', undo: 'Undo', redo: 'Redo', cut: 'Cut', copy: 'Copy', paste: 'Paste', selectAll: 'Select All',
    view: '&View', studio: 'Studio', avatars: 'Avatars', takes: 'Takes', meters: 'Meters', models: 'Models', doctor: 'Doctor', settings: 'Settings',
    zoomIn: 'Larger', zoomOut: 'Smaller', zoomReset: 'Actual Size', fullScreen: 'Full Screen', reload: 'Load the Window Again',
    take: '&Take', speak: 'Speak', play: 'Play or Pause', window: '&Window', minimize: 'Minimise', close: 'Close', front: 'Bring All to Front',
    help: '&Help', shortcuts: 'Keyboard Shortcuts', dataFolder: 'Show the Data Folder', about: 'About Sima Studio', hide: 'Hide Sima Studio', hideOthers: 'Hide Others', showAll: 'Show All', services: 'Services',
  },
  recovery: {
    gone: (reason) => `The window’s page ended unexpectedly (${reason}) and was loaded again. What was saved is there; takes went on meanwhile.`,
    goneOften: (reason) => `The window’s page ended unexpectedly several times (${reason}). What was saved is safe.`,
    hangs: 'The window does not answer. Wait a little, or load it again: what was saved is there, and takes go on.',
    wait: 'Wait', again: 'Load Again', quit: 'Quit',
  },
  dialogs: {
    chooseFolder: 'Choose a Folder', saveProject: 'Save the Project As', openProject: 'Open a Project', projectFiles: 'Sima projects', packages: 'Sima packages', saveReport: 'Save the Report As',
    link: (url) => `Open this address in your browser?\n\n${url}`, openLink: 'Open', cancel: 'Cancel', cannotOpen: (message) => `The project cannot be opened. ${message}`, cannotStart: 'Sima Studio cannot start',
  },
  notices: { exportedTitle: 'Export finished', exported: (name) => `${name} is ready.`, failedTitle: 'Export failed', failed: (name) => `${name} could not be exported. The list of exports says why.` },
};

const fa: Words = {
  name: 'استودیوی سیما',
  menu: {
    file: 'فایل', newProject: 'پروژهٔ تازه', open: 'باز کردن پروژه…', recent: 'پروژه‌های اخیر', noRecent: 'هنوز هیچ‌کدام', save: 'ذخیره', saveAs: 'ذخیره با نام…', export: 'برون‌بری…', quit: 'خروج',
    edit: 'ویرایش', undo: 'واگرد', redo: 'ازنو', cut: 'برش', copy: 'رونوشت', paste: 'چسباندن', selectAll: 'انتخاب همه',
    view: 'نما', studio: 'استودیو', avatars: 'چهره‌ها', takes: 'برداشت‌ها', meters: 'سنجه‌ها', models: 'مدل‌ها', doctor: 'عیب‌یاب', settings: 'تنظیمات',
    zoomIn: 'بزرگ‌تر', zoomOut: 'کوچک‌تر', zoomReset: 'اندازهٔ اصلی', fullScreen: 'تمام‌صفحه', reload: 'بارگذاری دوبارهٔ پنجره',
    take: 'برداشت', speak: 'بگو', play: 'پخش یا مکث', window: 'پنجره', minimize: 'کوچک کردن', close: 'بستن', front: 'آوردن همه به جلو',
    help: 'راهنما', shortcuts: 'میان‌برهای صفحه‌کلید', dataFolder: 'نمایش پوشهٔ داده‌ها', about: 'دربارهٔ استودیوی سیما', hide: 'پنهان کردن استودیوی سیما', hideOthers: 'پنهان کردن بقیه', showAll: 'نمایش همه', services: 'سرویس‌ها',
  },
  recovery: {
    gone: (reason) => `صفحهٔ پنجره ناگهان بسته شد (${reason}) و دوباره بارگذاری شد. هرچه ذخیره شده بود سر جایش است و برداشت‌ها در این میان ادامه یافتند.`,
    goneOften: (reason) => `صفحهٔ پنجره چند بار ناگهان بسته شد (${reason}). هرچه ذخیره شده بود سر جایش است.`,
    hangs: 'پنجره پاسخ نمی‌دهد. کمی صبر کنید یا آن را دوباره بارگذاری کنید: هرچه ذخیره شده سر جایش است و برداشت‌ها ادامه می‌یابند.',
    wait: 'صبر می‌کنم', again: 'بارگذاری دوباره', quit: 'خروج',
  },
  dialogs: {
    chooseFolder: 'انتخاب پوشه', saveProject: 'ذخیرهٔ پروژه با نام', openProject: 'باز کردن پروژه', projectFiles: 'پروژه‌های سیما', packages: 'بسته‌های سیما', saveReport: 'ذخیرهٔ گزارش با نام',
    link: (url) => `این نشانی در مرورگر باز شود؟\n\n${url}`, openLink: 'باز شود', cancel: 'انصراف', cannotOpen: (message) => `پروژه باز نمی‌شود. ${message}`, cannotStart: 'استودیوی سیما راه نمی‌افتد',
  },
  notices: { exportedTitle: 'برون‌بری تمام شد', exported: (name) => `«${name}» آماده است.`, failedTitle: 'برون‌بری ناموفق بود', failed: (name) => `برون‌بری «${name}» انجام نشد. دلیلش در فهرست برون‌بری‌ها آمده است.` },
};

export const WORDS: Record<Lang, Words> = { en, fa };
